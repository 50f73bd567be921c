/** Endpoints and EndpointSlices: which pods stand behind a Service, and which of them are ready. */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import {
  equal,
  isDeleting,
  labelsOf,
  nameOf,
  namespaceOf,
  number,
  object,
  objects,
  set,
  text,
  uidOf,
} from '../fields.js';
import { matchesLabels } from '../selectors.js';
import type { Change } from '../store.js';
import { ownerReference } from './pod-maker.js';
import { isFinished, isReady } from './replicas.js';

export const SLICES = 'endpointslices.discovery.k8s.io';
/** Endpoints per slice, as the controller's default. */
const SLICE_SIZE = 100;

export class EndpointsOfServices {
  constructor(private readonly cluster: Cluster) {
    cluster.simulation.onChange((change) => this.onChange(change));
  }

  private onChange(change: Change): void {
    const value = change.after.object;
    if (change.storage === 'services') {
      if (change.type === 'DELETED') {
        const endpoints = this.cluster.store.get('endpoints', namespaceOf(value), nameOf(value));
        if (endpoints) this.cluster.store.remove('endpoints', endpoints);
      } else this.wake(namespaceOf(value), nameOf(value));
    }
    if (change.storage !== 'pods') return;
    const before = change.before?.object;
    if (before && change.type === 'MODIFIED' && sameForEndpoints(before, value)) return;
    for (const { object: service } of this.cluster.store.entries('services', namespaceOf(value))) {
      const selector = object(service, 'spec', 'selector');
      if (Object.keys(selector).length === 0) continue;
      if (matchesLabels(selector, labelsOf(value)) || (before && matchesLabels(selector, labelsOf(before))))
        this.wake(namespaceOf(service), nameOf(service));
    }
  }

  private wake(namespace: string, name: string): void {
    this.cluster.simulation.wake(`endpoints/${namespace}/${name}`, () => this.sync(namespace, name));
  }

  private sync(namespace: string, name: string): void {
    const service = this.cluster.store.get('services', namespace, name);
    const selector = object(service, 'spec', 'selector');
    if (!service || Object.keys(selector).length === 0) return;
    const pods = this.cluster.store
      .list('pods', namespace)
      .filter(
        (pod) => matchesLabels(selector, labelsOf(pod)) && !isFinished(pod) && text(pod, 'status', 'podIP') !== '',
      );
    const tolerant = object(service, 'spec').publishNotReadyAddresses === true;
    const serving = pods.filter((pod) => !isDeleting(pod));
    const ready = serving.filter((pod) => tolerant || isReady(pod));
    this.writeEndpoints(
      service,
      ready,
      serving.filter((pod) => !ready.includes(pod)),
    );
    this.writeSlices(service, pods, tolerant);
  }

  private ports(service: JsonObject, pod: JsonObject | undefined): JsonObject[] {
    return objects(service, 'spec', 'ports').flatMap((port) => {
      const target = port.targetPort ?? port.port;
      const numeric = typeof target === 'number' ? target : portNamed(pod, String(target));
      if (numeric === undefined) return [];
      const name = text(port, 'name');
      return [{ ...(name && { name }), port: numeric, protocol: text(port, 'protocol') || 'TCP' }];
    });
  }

  private writeEndpoints(service: JsonObject, ready: JsonObject[], notReady: JsonObject[]): void {
    const address = (pod: JsonObject): JsonObject => ({
      ip: text(pod, 'status', 'podIP'),
      nodeName: text(pod, 'spec', 'nodeName'),
      targetRef: reference(pod),
    });
    const ports = this.ports(service, ready[0] ?? notReady[0]);
    const subsets: JsonObject[] =
      ready.length + notReady.length === 0
        ? []
        : [
            {
              ...(ready.length > 0 && { addresses: ready.map(address) }),
              ...(notReady.length > 0 && { notReadyAddresses: notReady.map(address) }),
              ...(ports.length > 0 && { ports }),
            },
          ];
    const before = this.cluster.store.get('endpoints', namespaceOf(service), nameOf(service));
    if (before && equal(subsets, before.subsets ?? [])) return;
    const metadata = { name: nameOf(service), namespace: namespaceOf(service), labels: labelsOf(service) };
    const value: JsonObject = { apiVersion: 'v1', kind: 'Endpoints', metadata, ...(subsets.length > 0 && { subsets }) };
    if (before) this.cluster.update('endpoints', { ...value, metadata: object(before, 'metadata') });
    else this.cluster.create('endpoints', value);
  }

  private writeSlices(service: JsonObject, pods: JsonObject[], tolerant: boolean): void {
    const existing = this.cluster.store.ownedBy(uidOf(service), SLICES);
    const count = Math.max(1, Math.ceil(pods.length / SLICE_SIZE));
    for (const stale of existing.slice(count)) this.cluster.store.remove(SLICES, stale);
    for (let i = 0; i < count; i++) {
      const some = pods.slice(i * SLICE_SIZE, (i + 1) * SLICE_SIZE);
      const endpoints = some.map((pod): JsonObject => {
        const serving = tolerant || isReady(pod);
        const zone = labelsOf(this.cluster.store.get('nodes', '', text(pod, 'spec', 'nodeName')))[
          'topology.kubernetes.io/zone'
        ];
        return {
          addresses: [text(pod, 'status', 'podIP')],
          conditions: { ready: serving && !isDeleting(pod), serving, terminating: isDeleting(pod) },
          nodeName: text(pod, 'spec', 'nodeName'),
          targetRef: reference(pod),
          ...(typeof zone === 'string' && { zone }),
        };
      });
      const ports = this.ports(service, some[0]);
      const before = existing[i];
      if (before && equal(endpoints, before.endpoints) && equal(ports, before.ports)) continue;
      if (before) {
        const generation = (number(before, 'metadata', 'generation') ?? 1) + 1;
        this.cluster.update(SLICES, { ...set(before, ['metadata', 'generation'], generation), endpoints, ports });
        continue;
      }
      this.cluster.create(SLICES, {
        addressType: 'IPv4',
        apiVersion: 'discovery.k8s.io/v1',
        endpoints,
        kind: 'EndpointSlice',
        metadata: {
          generateName: `${nameOf(service)}-`,
          generation: 1,
          labels: {
            ...labelsOf(service),
            'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
            'kubernetes.io/service-name': nameOf(service),
          },
          name: `${nameOf(service)}-${this.cluster.names.suffix(5, 'slice', uidOf(service), i)}`,
          namespace: namespaceOf(service),
          ownerReferences: [ownerReference(service)],
        },
        ports,
      });
    }
  }
}

const reference = (pod: JsonObject): JsonObject => ({
  kind: 'Pod',
  name: nameOf(pod),
  namespace: namespaceOf(pod),
  uid: uidOf(pod),
});

/** Whether nothing that endpoints depend on differs between two versions of a pod. */
const sameForEndpoints = (a: JsonObject, b: JsonObject): boolean =>
  text(a, 'status', 'podIP') === text(b, 'status', 'podIP') &&
  isReady(a) === isReady(b) &&
  isDeleting(a) === isDeleting(b) &&
  isFinished(a) === isFinished(b) &&
  (labelsOf(a) === labelsOf(b) || equal(labelsOf(a), labelsOf(b)));

function portNamed(pod: JsonObject | undefined, name: string): number | undefined {
  for (const container of objects(pod, 'spec', 'containers'))
    for (const port of objects(container, 'ports')) if (port.name === name) return number(port, 'containerPort');
  return undefined;
}
