/** Resources by URI: the contexts there are, and a namespace at a glance. Both read; neither shows a credential. */
import type { ResourceSpec } from '../mcp/tool.js';
import { eventLine, readEvents } from './events.js';
import { namespaceSegment } from './names.js';
import { completeNamespace } from './prompts.js';
import { listRows } from './rows.js';
import { DEPLOYMENTS } from './tools/deployments.js';
import type { Kit } from './tools/kit.js';
import { few, tally } from './tools/listing.js';
import { isUnhealthy, PODS, podItem } from './tools/pods.js';

const EVENTS_SHOWN = 10;
const PODS_NAMED = 20;

export function resources(kit: Kit): ResourceSpec[] {
  return [
    {
      name: 'contexts',
      title: 'Contexts',
      description: 'Names and servers of the kubeconfig contexts, and which one is current.',
      uri: 'k8s://contexts',
      mimeType: 'application/json',
      read: async () => {
        const { contexts, current } = kit.client.access;
        return JSON.stringify(
          contexts.map(({ name, server, namespace }) => ({
            name,
            server,
            namespace: namespace ?? 'default',
            current: name === current,
          })),
          null,
          2,
        );
      },
    },
    {
      name: 'namespace-summary',
      title: 'Namespace at a glance',
      description:
        'Pods by status, deployments short of replicas and recent warnings of a namespace of the current context.',
      uri: 'k8s://namespaces/{name}/summary',
      mimeType: 'text/plain',
      complete: async (variable, typed) => (variable === 'name' ? completeNamespace(kit, typed) : []),
      read: async ({ name = '' }, signal) => summarize(kit, namespaceSegment(name), signal),
    },
  ];
}

async function summarize(kit: Kit, namespace: string, signal: AbortSignal): Promise<string> {
  const context = kit.client.context();
  // A namespace that does not exist lists as empty: ask for it first.
  await kit.client.get(context, `/api/v1/namespaces/${namespace}`, { signal });
  const [pods, deployments, events] = await Promise.all([
    listRows(kit.client, { context, path: PODS, namespace, signal }),
    listRows(kit.client, { context, path: DEPLOYMENTS, namespace, signal }),
    readEvents(kit.client, { context, namespace, fields: { type: 'Warning' }, signal }),
  ]);
  const items = pods.rows.map((row) => podItem(pods, row));
  const troubled = items.filter(isUnhealthy).map((item) => `${item.name} (${item.status})`);
  const short = deployments.rows.filter((row) => {
    const [ready, wanted] = deployments.cell(row, 'Ready').split('/');
    return ready !== wanted;
  });
  const statuses = tally(items, 'status').map(([status, number]) => `${number} ${status}`);
  return [
    `Namespace ${namespace} (context ${context})`,
    `Pods: ${items.length}${statuses.length > 0 ? ` (${statuses.join(', ')})` : ''}`,
    `Pods that need attention: ${troubled.length === 0 ? 'none' : few(troubled, PODS_NAMED)}`,
    `Deployments short of replicas: ${short.length === 0 ? 'none' : short.map((row) => `${deployments.cell(row, 'Name')} ${deployments.cell(row, 'Ready')}`).join(', ')}`,
    events.length === 0 ? 'Warnings: none' : 'Warnings:',
    ...events.slice(0, EVENTS_SHOWN).map((group) => `  ${eventLine(group, kit.clock.now(), true)}`),
    ...(events.length > EVENTS_SHOWN ? [`  and ${events.length - EVENTS_SHOWN} more groups`] : []),
  ].join('\n');
}
