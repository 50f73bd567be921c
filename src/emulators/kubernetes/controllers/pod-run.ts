/** What a kubelet remembers about a pod beside its API object: containers, their instances, and what they have logged. */
import type { JsonObject } from '../../../json.js';
import { nameOf, namespaceOf, objects, text, uidOf } from '../fields.js';
import type { Timer } from '../simulation.js';
import type { Program } from '../worlds/schema.js';

/** One start of a container. `segments` says from when on it behaved like which program. */
export interface Instance {
  number: number;
  startedAt: number;
  endedAt?: number;
  segments: { from: number; program: Program }[];
}

export interface ContainerRun {
  name: string;
  role: 'init' | 'sidecar' | 'app';
  spec: JsonObject;
  state: JsonObject;
  last: JsonObject | undefined;
  restarts: number;
  ready: boolean;
  started: boolean;
  /** Starts that failed in a row, for the back-off. */
  failures: number;
  current: Instance | undefined;
  previous: Instance | undefined;
  imageId: string;
  containerId: string;
  timer: Timer | undefined;
  probe: Timer | undefined;
}

export interface PodRun {
  uid: string;
  namespace: string;
  name: string;
  node: string;
  containers: ContainerRun[];
  ip: string;
  startTime: number;
  /** Set once the pod sandbox stands. */
  sandbox: boolean;
  stopping: boolean;
  timer: Timer | undefined;
}

function containerRun(spec: JsonObject, role: ContainerRun['role'], waiting: string): ContainerRun {
  return {
    name: text(spec, 'name'),
    role,
    spec,
    state: { waiting: { reason: waiting } },
    last: undefined,
    restarts: 0,
    ready: false,
    started: false,
    failures: 0,
    current: undefined,
    previous: undefined,
    imageId: '',
    containerId: '',
    timer: undefined,
    probe: undefined,
  };
}

export function podRun(pod: JsonObject, now: number): PodRun {
  const init = objects(pod, 'spec', 'initContainers');
  const waiting = init.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  return {
    uid: uidOf(pod),
    namespace: namespaceOf(pod),
    name: nameOf(pod),
    node: text(pod, 'spec', 'nodeName'),
    containers: [
      ...init.map((spec) => containerRun(spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init', waiting)),
      ...objects(pod, 'spec', 'containers').map((spec) => containerRun(spec, 'app', waiting)),
    ],
    ip: '',
    startTime: now,
    sandbox: false,
    stopping: false,
    timer: undefined,
  };
}

/** Puts a container into the waiting state. */
export function waitFor(container: ContainerRun, reason: string, message?: string): void {
  container.state = { waiting: { ...(message !== undefined && { message }), reason } };
  container.ready = false;
  container.started = false;
}
