/** The status of a pod, computed from what its kubelet knows. Pure: the same run gives the same status. */
import type { JsonObject } from '../../../json.js';
import { condition, object, objects, stamp, text } from '../fields.js';
import { quantity } from '../quantity.js';
import type { ContainerRun, PodRun } from './pod-run.js';

const running = (run: ContainerRun) => 'running' in run.state;
const succeeded = (run: ContainerRun) => object(run.state, 'terminated').exitCode === 0;
const initialised = (run: ContainerRun) => (run.role === 'sidecar' ? run.started : succeeded(run));

function phaseOf(run: PodRun): string {
  const apps = run.containers.filter((container) => container.role === 'app');
  const init = run.containers.filter((container) => container.role !== 'app');
  const ended = apps.filter((container) => 'terminated' in container.state);
  if (init.some((container) => 'terminated' in container.state && !succeeded(container) && container.role === 'init'))
    return 'Failed';
  if (!init.every(initialised)) return 'Pending';
  if (ended.length === apps.length) return apps.every(succeeded) ? 'Succeeded' : 'Failed';
  if (apps.some((container) => running(container) || container.restarts > 0 || container.last)) return 'Running';
  return 'Pending';
}

export function qosClass(spec: JsonObject): string {
  const containers = [...objects(spec, 'containers'), ...objects(spec, 'initContainers')];
  let guaranteed = containers.length > 0;
  let any = false;
  for (const container of containers) {
    const requests = object(container, 'resources', 'requests');
    const limits = object(container, 'resources', 'limits');
    if (Object.keys(requests).length + Object.keys(limits).length > 0) any = true;
    for (const name of ['cpu', 'memory'])
      if (!(name in limits) || quantity(requests[name] ?? limits[name]) !== quantity(limits[name])) guaranteed = false;
  }
  return guaranteed ? 'Guaranteed' : any ? 'Burstable' : 'BestEffort';
}

function containerStatus(run: ContainerRun): JsonObject {
  return {
    ...(run.containerId && { containerID: run.containerId }),
    image: text(run.spec, 'image'),
    imageID: run.imageId,
    lastState: run.last ? { terminated: run.last } : {},
    name: run.name,
    ready: run.ready,
    restartCount: run.restarts,
    started: run.started,
    state: run.state,
  };
}

/** A condition that keeps its time unless its status changes. */
export function timedCondition(
  before: JsonObject,
  type: string,
  holds: boolean,
  now: number,
  detail: { reason?: string; message?: string } = {},
): JsonObject {
  const status = holds ? 'True' : 'False';
  const old = condition(before, type);
  const since = old?.status === status ? text(old, 'lastTransitionTime') : stamp(now);
  return {
    lastProbeTime: null,
    lastTransitionTime: since,
    ...(detail.message && { message: detail.message }),
    ...(detail.reason && { reason: detail.reason }),
    status,
    type,
  };
}

export function podStatus(pod: JsonObject, run: PodRun, hostIp: string, now: number): JsonObject {
  const init = run.containers.filter((container) => container.role !== 'app');
  const apps = run.containers.filter((container) => container.role === 'app');
  const phase = phaseOf(run);
  const initPending = init.filter((container) => !initialised(container));
  const serving = run.containers.filter((container) => container.role !== 'init');
  const unready = serving.filter((container) => !container.ready);
  const notReady =
    phase === 'Succeeded'
      ? { reason: 'PodCompleted' }
      : {
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${unready.map((c) => c.name).join(' ')}]`,
        };
  const ready = unready.length === 0 && initPending.length === 0;
  const hostNetwork = object(pod, 'spec').hostNetwork === true;
  const ip = hostNetwork ? hostIp : run.ip;
  const gates = objects(pod, 'spec', 'readinessGates').map((gate) => text(gate, 'conditionType'));
  const gate = gates.find((type) => condition(pod, type)?.status !== 'True');
  const keep = objects(pod, 'status', 'conditions').filter((item) => !OWN_CONDITIONS.has(text(item, 'type')));
  return {
    conditions: [
      ...keep,
      timedCondition(pod, 'PodReadyToStartContainers', run.sandbox && phase !== 'Succeeded' && phase !== 'Failed', now),
      timedCondition(pod, 'Initialized', initPending.length === 0, now, {
        ...(phase === 'Succeeded' && { reason: 'PodCompleted' }),
        ...(initPending.length > 0 && {
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${initPending.map((container) => container.name).join(' ')}]`,
        }),
      }),
      timedCondition(
        pod,
        'Ready',
        ready && !gate,
        now,
        ready
          ? gate
            ? {
                reason: 'ReadinessGatesNotReady',
                message: `corresponding condition of pod readiness gate "${gate}" does not exist.`,
              }
            : {}
          : notReady,
      ),
      timedCondition(pod, 'ContainersReady', ready, now, ready ? {} : notReady),
      timedCondition(pod, 'PodScheduled', true, now),
    ],
    containerStatuses: apps.map(containerStatus),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(init.length > 0 && { initContainerStatuses: init.map(containerStatus) }),
    phase,
    ...(ip && { podIP: ip, podIPs: [{ ip }] }),
    qosClass: qosClass(object(pod, 'spec')),
    startTime: stamp(run.startTime),
  };
}

const OWN_CONDITIONS = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
]);
