/** Persistent volumes: claims are bound by their class's provisioner, or stay pending and say why. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { at, isDeleting, list, nameOf, namespaceOf, object, objects, set, text, uidOf } from '../fields.js';
import { quantity } from '../quantity.js';

const CLAIMS = 'persistentvolumeclaims';
const VOLUMES = 'persistentvolumes';
const CLASSES = 'storageclasses.storage.k8s.io';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const SOURCE = { component: 'persistentvolume-controller' };
const RETRY = 120_000;

export const claimsOf = (pod: JsonObject): string[] =>
  objects(pod, 'spec', 'volumes').flatMap((volume) => text(volume, 'persistentVolumeClaim', 'claimName') || []);

/** Why a pod cannot be scheduled because of its claims; undefined when they are bound or will be. */
export function unboundClaim(cluster: Cluster, pod: JsonObject): string | undefined {
  for (const name of claimsOf(pod)) {
    const claim = cluster.store.get(CLAIMS, namespaceOf(pod), name);
    if (!claim) return `persistentvolumeclaim "${name}" not found.`;
    if (text(claim, 'status', 'phase') === 'Lost')
      return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${text(claim, 'spec', 'volumeName')}".`;
    if (text(claim, 'status', 'phase') === 'Bound') continue;
    const cls = cluster.store.get(CLASSES, '', text(claim, 'spec', 'storageClassName'));
    if (text(cls, 'volumeBindingMode') !== 'WaitForFirstConsumer')
      return 'pod has unbound immediate PersistentVolumeClaims.';
    if (problemOf(cls)) return `pod has unbound immediate PersistentVolumeClaims.`;
  }
  return undefined;
}

/** A class whose provisioner fails says so in a parameter; a world uses it to plant the fault. */
const problemOf = (cls: JsonObject | undefined): string =>
  text(cls, 'metadata', 'annotations', 'emulator/provisioning-error');

export class PersistentVolumes {
  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => {
      const value = change.after.object;
      if (change.storage === CLAIMS && change.type === 'DELETED') this.released(value);
      else if (change.storage === CLAIMS) this.wake(value);
      if (change.storage === CLASSES || (change.storage === VOLUMES && change.type === 'ADDED'))
        for (const claim of cluster.store.list(CLAIMS))
          if (text(claim, 'status', 'phase') === 'Pending') this.wake(claim);
      if (change.storage === 'pods' && change.type === 'ADDED')
        for (const name of claimsOf(value)) {
          const claim = cluster.store.get(CLAIMS, namespaceOf(value), name);
          if (claim) this.wake(claim);
        }
    });
  }

  private wake(claim: JsonObject): void {
    const [namespace, name] = [namespaceOf(claim), nameOf(claim)];
    this.cluster.simulation.wake(`pvc/${namespace}/${name}`, () => this.sync(namespace, name));
  }

  private sync(namespace: string, name: string): void {
    const claim = this.cluster.store.get(CLAIMS, namespace, name);
    if (!claim || isDeleting(claim) || ['Bound', 'Lost'].includes(text(claim, 'status', 'phase'))) return;
    const wanted = at(claim, 'spec', 'storageClassName');
    const volume = this.matching(claim);
    if (volume) {
      this.bind(claim, volume);
      return;
    }
    if (
      text(claim, 'spec', 'volumeName') !== '' &&
      !this.cluster.store.get(VOLUMES, '', text(claim, 'spec', 'volumeName'))
    ) {
      if (text(claim, 'metadata', 'annotations', 'pv.kubernetes.io/bind-completed') === 'yes') {
        this.cluster.events.emit(
          claim,
          'Warning',
          'ClaimLost',
          'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
          SOURCE,
        );
        this.cluster.revise(CLAIMS, claim, (latest) => set(latest, ['status', 'phase'], 'Lost'));
      }
      return;
    }
    if (wanted === undefined) {
      const fallback = this.cluster.store
        .list(CLASSES)
        .find((item) => text(item, 'metadata', 'annotations', DEFAULT_CLASS) === 'true');
      if (fallback) {
        this.cluster.revise(CLAIMS, claim, (latest) => set(latest, ['spec', 'storageClassName'], nameOf(fallback)));
        return;
      }
    }
    const cls = typeof wanted === 'string' ? this.cluster.store.get(CLASSES, '', wanted) : undefined;
    if (!cls) {
      this.noClass(claim, typeof wanted === 'string' ? wanted : '');
      return;
    }
    const consumer = this.cluster.store.list('pods', namespace).find((pod) => claimsOf(pod).includes(name));
    if (text(cls, 'volumeBindingMode') === 'WaitForFirstConsumer' && !consumer) {
      this.cluster.events.emit(
        claim,
        'Normal',
        'WaitForFirstConsumer',
        'waiting for first consumer to be created before binding',
        SOURCE,
      );
      return;
    }
    const provisioner = text(cls, 'provisioner');
    const problem = problemOf(cls);
    if (problem !== '') {
      const source = { component: `${provisioner}_csi-controller-0` };
      this.cluster.events.emit(
        claim,
        'Warning',
        'ProvisioningFailed',
        `failed to provision volume with StorageClass "${nameOf(cls)}": ${problem}`,
        source,
      );
      this.cluster.simulation.after(RETRY, () => this.wake(claim));
      return;
    }
    if (provisioner === 'kubernetes.io/no-provisioner') return;
    this.cluster.simulation.after(this.cluster.names.between(900, 2_400, 'provision', uidOf(claim)), () =>
      this.provision(claim, cls),
    );
  }

  private noClass(claim: JsonObject, wanted: string): void {
    if (wanted === '')
      this.cluster.events.emit(
        claim,
        'Normal',
        'FailedBinding',
        'no persistent volumes available for this claim and no storage class is set',
        SOURCE,
      );
    else
      this.cluster.events.emit(
        claim,
        'Warning',
        'ProvisioningFailed',
        `storageclass.storage.k8s.io "${wanted}" not found`,
        SOURCE,
      );
    this.cluster.simulation.after(RETRY, () => this.wake(claim));
  }

  private matching(claim: JsonObject): JsonObject | undefined {
    const size = quantity(at(claim, 'spec', 'resources', 'requests', 'storage'));
    return this.cluster.store.list(VOLUMES).find((volume) => {
      const named = text(claim, 'spec', 'volumeName');
      if (named !== '' && named !== nameOf(volume)) return false;
      const reference = object(volume, 'spec', 'claimRef');
      if (reference.name !== undefined)
        return reference.name === nameOf(claim) && reference.namespace === namespaceOf(claim);
      return (
        text(volume, 'status', 'phase') === 'Available' &&
        text(volume, 'spec', 'storageClassName') === text(claim, 'spec', 'storageClassName') &&
        quantity(at(volume, 'spec', 'capacity', 'storage')) >= size &&
        list(claim, 'spec', 'accessModes').every((mode) => list(volume, 'spec', 'accessModes').includes(mode))
      );
    });
  }

  private provision(claim: JsonObject, cls: JsonObject): void {
    const latest = this.cluster.store.get(CLAIMS, namespaceOf(claim), nameOf(claim));
    if (!latest || uidOf(latest) !== uidOf(claim) || text(latest, 'status', 'phase') === 'Bound') return;
    const name = `pvc-${uidOf(claim)}`;
    if (this.cluster.store.get(VOLUMES, '', name)) return;
    this.cluster.create(VOLUMES, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': text(cls, 'provisioner') } },
      spec: {
        accessModes: list(claim, 'spec', 'accessModes'),
        capacity: { storage: text(claim, 'spec', 'resources', 'requests', 'storage') },
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          name: nameOf(claim),
          namespace: namespaceOf(claim),
          uid: uidOf(claim),
        },
        csi: { driver: text(cls, 'provisioner'), volumeHandle: `vol-${this.cluster.names.hex(17, name)}` },
        persistentVolumeReclaimPolicy: text(cls, 'reclaimPolicy') || 'Delete',
        storageClassName: nameOf(cls),
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Bound' },
    });
    this.cluster.events.emit(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`, {
      component: `${text(cls, 'provisioner')}_csi-controller-0`,
    });
  }

  private bind(claim: JsonObject, volume: JsonObject): void {
    this.cluster.revise(VOLUMES, volume, (latest) => {
      const reference: JsonObject = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: nameOf(claim),
        namespace: namespaceOf(claim),
        uid: uidOf(claim),
      };
      return set(set(latest, ['spec', 'claimRef'], reference), ['status', 'phase'], 'Bound');
    });
    this.cluster.revise(CLAIMS, claim, (latest) => {
      const bound = set(latest, ['spec', 'volumeName'], nameOf(volume));
      const annotations = { ...object(bound, 'metadata', 'annotations'), 'pv.kubernetes.io/bind-completed': 'yes' };
      return set(set(bound, ['metadata', 'annotations'], annotations), ['status'], {
        accessModes: list(volume, 'spec', 'accessModes'),
        capacity: object(volume, 'spec', 'capacity'),
        phase: 'Bound',
      });
    });
  }

  private released(claim: JsonObject): void {
    const volume = this.cluster.store.get(VOLUMES, '', text(claim, 'spec', 'volumeName'));
    if (!volume) return;
    if (text(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete') this.cluster.store.remove(VOLUMES, volume);
    else this.cluster.revise(VOLUMES, volume, (latest) => set(latest, ['status', 'phase'], 'Released'));
  }
}
