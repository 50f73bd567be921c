/**
 * The history of a workload: replica sets of a deployment, controller revisions of stateful and daemon sets, and the pod
 * template of each. Reads only.
 */
import { isJsonObject, type JsonObject } from '../json.js';
import type { KubernetesClient } from './client.js';
import { list, num, obj, str, strings } from './fields.js';
import { namespaceSegment } from './names.js';
import { controllerOf } from './owners.js';
import type { Where } from './plans.js';
import { selectorText, type WorkloadName } from './workloads.js';

export interface Revision {
  number: number;
  /** The pod template of that revision. */
  template: JsonObject;
  images: string[];
  cause: string;
}

const REVISION = 'deployment.kubernetes.io/revision';

/** Oldest first. Throws ToolFailure. */
export async function revisionsOf(
  client: KubernetesClient,
  where: Where,
  workload: WorkloadName,
  live: JsonObject,
): Promise<Revision[]> {
  const resource = workload.kind === 'deployment' ? 'replicasets' : 'controllerrevisions';
  const path = `/apis/apps/v1/namespaces/${namespaceSegment(workload.namespace)}/${resource}`;
  const labelSelector = selectorText(obj(live, 'spec', 'selector'));
  const uid = str(live, 'metadata', 'uid');
  const found: Revision[] = [];
  for await (const page of client.pages(where.context, path, { query: { labelSelector }, signal: where.signal })) {
    for (const item of page.items) {
      if (str(controllerOf(item), 'uid') !== uid) continue;
      const template = workload.kind === 'deployment' ? templateOfReplicaSet(item) : templateOfRevision(item);
      const number =
        workload.kind === 'deployment'
          ? Number(str(item, 'metadata', 'annotations', REVISION))
          : (num(item, 'revision') ?? 0);
      if (!Number.isFinite(number) || number < 1) continue;
      const images = list(template, 'spec', 'containers').map((each) => str(each, 'image'));
      found.push({
        number,
        template,
        images,
        cause: str(item, 'metadata', 'annotations', 'kubernetes.io/change-cause'),
      });
    }
  }
  return found.sort((a, b) => a.number - b.number);
}

/** The controllers store it as a patch, with the directive of one. */
function templateOfRevision(revision: JsonObject): JsonObject {
  const { $patch: _directive, ...template } = obj(revision, 'data', 'spec', 'template');
  return template;
}

/** Without the label that the deployment controller adds. */
function templateOfReplicaSet(replicaSet: JsonObject): JsonObject {
  const template = structuredClone(obj(replicaSet, 'spec', 'template'));
  const { 'pod-template-hash': _hash, ...labels } = strings(template, 'metadata', 'labels');
  const metadata = isJsonObject(template.metadata) ? template.metadata : {};
  return { ...template, metadata: { ...metadata, labels } };
}

/** The revision that the workload has now: the newest. */
export function currentRevision(revisions: Revision[]): Revision | undefined {
  return revisions.at(-1);
}
