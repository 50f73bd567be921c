/** ControllerRevisions: the history of StatefulSets and DaemonSets, which `kubectl rollout history` and `undo` read. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { canonical, labelsOf, nameOf, namespaceOf, number, object, uidOf } from '../fields.js';
import { Names } from '../names.js';
import { ownerReference } from './pod-maker.js';

const REVISIONS = 'controllerrevisions.apps';
const hashes = new Names(0);

/** The revision that stands for the present template; it is made, or made the newest, where that is needed. */
export function currentRevision(cluster: Cluster, owner: JsonObject): string {
  const hash = hashes.suffix(10, canonical(object(owner, 'spec', 'template')));
  const name = `${nameOf(owner)}-${hash}`;
  const all = cluster.store.ownedBy(uidOf(owner), REVISIONS);
  const highest = Math.max(0, ...all.map((item) => number(item, 'revision') ?? 0));
  const known = all.find((item) => nameOf(item) === name);
  if (known) {
    if ((number(known, 'revision') ?? 0) < highest) cluster.update(REVISIONS, { ...known, revision: highest + 1 });
    return name;
  }
  cluster.create(REVISIONS, {
    apiVersion: 'apps/v1',
    data: { spec: { template: { ...object(owner, 'spec', 'template'), $patch: 'replace' } } },
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace: namespaceOf(owner),
      labels: {
        ...labelsOf({ metadata: object(owner, 'spec', 'template', 'metadata') }),
        'controller-revision-hash': hash,
      },
      ownerReferences: [ownerReference(owner)],
    },
    revision: highest + 1,
  });
  return name;
}
