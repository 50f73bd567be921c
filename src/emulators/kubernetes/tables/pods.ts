/** The table of pods (printPod in pkg/printers/internalversion). */
import type { JsonObject } from '../../../json.js';
import { at, condition, isDeleting, nameOf, number, object, objects, text, timeOf } from '../fields.js';
import { AGE, Age, type Cell, created, NAME, or, type Printer } from './cells.js';

const signalOrCode = (terminated: JsonObject, prefix: string): string => {
  const reason = text(terminated, 'reason');
  if (reason !== '') return prefix + reason;
  const signal = number(terminated, 'signal') ?? 0;
  return signal !== 0 ? `${prefix}Signal:${signal}` : `${prefix}ExitCode:${terminated.exitCode}`;
};

function initReason(pod: JsonObject): string | undefined {
  const specs = objects(pod, 'spec', 'initContainers');
  const statuses = objects(pod, 'status', 'initContainerStatuses');
  for (const [index, status] of statuses.entries()) {
    const state = object(status, 'state');
    const terminated = object(state, 'terminated');
    const sidecar = specs.find((spec) => spec.name === status.name)?.restartPolicy === 'Always';
    if ('terminated' in state && terminated.exitCode === 0) continue;
    if (sidecar && status.started === true) continue;
    if ('terminated' in state) return signalOrCode(terminated, 'Init:');
    const waiting = text(state, 'waiting', 'reason');
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${index}/${specs.length}`;
  }
  return undefined;
}

/** The STATUS column. */
export function podReason(pod: JsonObject): string {
  let reason = text(pod, 'status', 'reason') || text(pod, 'status', 'phase');
  const scheduled = condition(pod, 'PodScheduled');
  if (scheduled?.reason === 'SchedulingGated') reason = 'SchedulingGated';
  const init = initReason(pod);
  if (init !== undefined && text(pod, 'status', 'reason') === '') reason = init;
  else {
    let running = false;
    for (const status of objects(pod, 'status', 'containerStatuses').reverse()) {
      const state = object(status, 'state');
      const waiting = text(state, 'waiting', 'reason');
      if (waiting !== '') reason = waiting;
      else if ('terminated' in state) reason = signalOrCode(object(state, 'terminated'), '');
      else if (status.ready === true && 'running' in state) running = true;
    }
    if (reason === 'Completed' && running) reason = condition(pod, 'Ready')?.status === 'True' ? 'Running' : 'NotReady';
  }
  if (!isDeleting(pod)) return reason;
  if (text(pod, 'status', 'reason') === 'NodeLost') return 'Unknown';
  return ['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase')) ? reason : 'Terminating';
}

function restarts(pod: JsonObject): Cell {
  const sidecars = objects(pod, 'spec', 'initContainers').filter((spec) => spec.restartPolicy === 'Always');
  const names = new Set(sidecars.map(nameOfContainer));
  const init = objects(pod, 'status', 'initContainerStatuses');
  const statuses =
    initReason(pod) !== undefined
      ? init
      : [
          ...init.filter((status) => names.has(nameOfContainer(status))),
          ...objects(pod, 'status', 'containerStatuses'),
        ];
  let count = 0;
  let last = Number.NaN;
  for (const status of statuses) {
    count += number(status, 'restartCount') ?? 0;
    const finished = timeOf(status, 'lastState', 'terminated', 'finishedAt');
    if (!(finished <= last)) last = Number.isNaN(finished) ? last : finished;
  }
  return count > 0 && !Number.isNaN(last) ? new Age(last, `${count} (`, ' ago)') : String(count);
}
const nameOfContainer = (value: JsonObject): string => text(value, 'name');

export const pods: Printer = {
  columns: [
    NAME,
    ['Ready'],
    ['Status'],
    ['Restarts'],
    AGE,
    ['IP', 'string', '', 1],
    ['Node', 'string', '', 1],
    ['Nominated Node', 'string', '', 1],
    ['Readiness Gates', 'string', '', 1],
  ],
  cells(pod) {
    const sidecars = objects(pod, 'spec', 'initContainers').filter((spec) => spec.restartPolicy === 'Always');
    const names = new Set(sidecars.map(nameOfContainer));
    const serving = [
      ...objects(pod, 'status', 'initContainerStatuses').filter((status) => names.has(nameOfContainer(status))),
      ...objects(pod, 'status', 'containerStatuses'),
    ];
    const ready = serving.filter((status) => status.ready === true && 'running' in object(status, 'state')).length;
    const total = objects(pod, 'spec', 'containers').length + sidecars.length;
    const gates = objects(pod, 'spec', 'readinessGates');
    const passed = gates.filter((gate) => condition(pod, text(gate, 'conditionType'))?.status === 'True').length;
    return [
      nameOf(pod),
      `${ready}/${total}`,
      podReason(pod),
      restarts(pod),
      created(pod),
      or(String(at(pod, 'status', 'podIPs', 0, 'ip') ?? text(pod, 'status', 'podIP')), '<none>'),
      or(text(pod, 'spec', 'nodeName'), '<none>'),
      or(text(pod, 'status', 'nominatedNodeName'), '<none>'),
      gates.length > 0 ? `${passed}/${gates.length}` : '<none>',
    ];
  },
};
