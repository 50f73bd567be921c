/** Prompts that a user picks by name. Their text is the user's own instruction; arguments are checked names, nothing else. */
import { ToolFailure } from '../guardrails/types.js';
import type { PromptSpec } from '../mcp/tool.js';
import { DNS_LABEL, DNS_SUBDOMAIN } from './names.js';
import { namespaceNames, pathOf } from './rows.js';
import { cellReader } from './table.js';
import type { Kit } from './tools/kit.js';
import { PODS } from './tools/pods.js';

/** Completion is typed against a waiting person. */
const COMPLETION_MS = 3000;
const MOST_VALUES = 100;

export function prompts(kit: Kit): PromptSpec[] {
  const context = {
    name: 'context',
    description: 'kubeconfig context; default: the current one',
    required: false,
    complete: async (typed: string) => startingWith(contextNames(kit), typed),
  };
  const namespace = {
    name: 'namespace',
    description: 'Namespace',
    required: true,
    complete: (typed: string) => completeNamespace(kit, typed),
  };
  return [
    {
      name: 'diagnose-namespace',
      title: 'Diagnose a namespace',
      description: 'What is wrong in one namespace, why, and what to do first.',
      arguments: [namespace, context],
      render: (args) => {
        const where = place(kit, args);
        return [
          `Find out what is wrong in ${where}.`,
          'Start with diagnose_cluster for that namespace. For each cause that it names, read the evidence (describe_pod, get_pod_logs, get_pod_events) before you judge.',
          'Answer with: the verdict in one sentence; the causes, the most severe first, each with the evidence that shows it; what to do next, the safest first. Change nothing.',
        ].join('\n');
      },
    },
    {
      name: 'explain-pod',
      title: 'Explain a pod',
      description: 'Why one pod is in the state that it is in.',
      arguments: [
        namespace,
        { name: 'pod', description: 'Pod', required: true, complete: (typed) => completePod(kit, typed) },
        context,
      ],
      render: (args) => {
        const pod = checkedName(args.pod, DNS_SUBDOMAIN, 'pod');
        return [
          `Explain the state of pod ${pod} in ${place(kit, args)}.`,
          'Use describe_pod first, then get_pod_logs where a container failed (previous=true after a restart).',
          'Say what happened, in order, what caused it, how sure you are, and what would mend it. Change nothing.',
        ].join('\n');
      },
    },
    {
      name: 'capacity-review',
      title: 'Review capacity',
      description: 'How full the nodes are, who takes most, and what would not fit.',
      arguments: [context],
      render: (args) =>
        [
          `Review the capacity of ${clusterOf(kit, args)}.`,
          'Use get_node_status and get_resource_usage (of=nodes, then of=pods by memory and by cpu).',
          'Answer with: how much of the allocatable CPU, memory and pods is requested and used; nodes near their limit; the largest consumers; workloads whose requests are far from what they use; what happens if the fullest node is lost.',
        ].join('\n'),
    },
  ];
}

function place(kit: Kit, args: Record<string, string>): string {
  return `namespace ${checkedName(args.namespace, DNS_LABEL, 'namespace')} of ${clusterOf(kit, args)}`;
}

function clusterOf(kit: Kit, args: Record<string, string>): string {
  return `Kubernetes context ${kit.client.context(args.context)}`;
}

function checkedName(value: string | undefined, pattern: RegExp, what: string): string {
  if (value !== undefined && pattern.test(value)) return value;
  throw new ToolFailure('invalid', `${what}: must be a name of lower case letters, digits and -`);
}

export function contextNames(kit: Kit): string[] {
  return kit.client.access.contexts.map((each) => each.name);
}

export async function completeNamespace(kit: Kit, typed: string): Promise<string[]> {
  const names = await namespaceNames(kit.client, kit.client.context(), AbortSignal.timeout(COMPLETION_MS));
  return startingWith(names ?? [], typed);
}

/** Of the context's own namespace: completing over a whole cluster would read all of it at every key. */
async function completePod(kit: Kit, typed: string): Promise<string[]> {
  const context = kit.client.context();
  const namespace = kit.client.access.contexts.find((each) => each.name === context)?.namespace ?? 'default';
  const table = await kit.client.table(context, pathOf(PODS, namespace), {
    signal: AbortSignal.timeout(COMPLETION_MS),
  });
  const read = cellReader(table.columns);
  return startingWith(
    table.rows.map((row) => read(row, 'Name')),
    typed,
  );
}

function startingWith(values: string[], typed: string): string[] {
  return values.filter((value) => value.startsWith(typed)).slice(0, MOST_VALUES);
}
