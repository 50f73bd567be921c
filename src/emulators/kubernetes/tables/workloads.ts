/** The tables of workloads. */
import type { JsonObject } from '../../../json.js';
import { condition, isDeleting, list, nameOf, number, object, objects, text, timeOf } from '../fields.js';
import {
  AGE,
  Age,
  type Cell,
  type Column,
  created,
  humanDuration,
  joined,
  labelText,
  NAME,
  or,
  type Printer,
  selectorText,
} from './cells.js';

const CONTAINERS: Column[] = [
  ['Containers', 'string', '', 1],
  ['Images', 'string', '', 1],
];
const WIDE: Column[] = [...CONTAINERS, ['Selector', 'string', '', 1]];

const template = (value: JsonObject): JsonObject[] => objects(value, 'spec', 'template', 'spec', 'containers');
const images = (containers: JsonObject[]): [string, string] => [
  joined(containers.map((item) => text(item, 'name'))),
  joined(containers.map((item) => text(item, 'image'))),
];
const wide = (value: JsonObject): Cell[] => [
  ...images(template(value)),
  selectorText(object(value, 'spec', 'selector')),
];
const count = (value: JsonObject, field: string): number => number(value, 'status', field) ?? 0;
const wanted = (value: JsonObject): number => number(value, 'spec', 'replicas') ?? 1;

export const deployments: Printer = {
  columns: [NAME, ['Ready'], ['Up-to-date', 'integer', 'int32'], ['Available', 'integer', 'int32'], AGE, ...WIDE],
  cells: (value) => [
    nameOf(value),
    `${count(value, 'readyReplicas')}/${wanted(value)}`,
    count(value, 'updatedReplicas'),
    count(value, 'availableReplicas'),
    created(value),
    ...wide(value),
  ],
};

const replicaColumns: Column[] = [
  NAME,
  ['Desired', 'integer', 'int32'],
  ['Current', 'integer', 'int32'],
  ['Ready', 'integer', 'int32'],
  AGE,
  ...WIDE,
];
export const replicasets: Printer = {
  columns: replicaColumns,
  cells: (value) => [
    nameOf(value),
    wanted(value),
    count(value, 'replicas'),
    count(value, 'readyReplicas'),
    created(value),
    ...wide(value),
  ],
};
export const replicationcontrollers: Printer = {
  columns: replicaColumns,
  cells: (value) => [
    nameOf(value),
    wanted(value),
    count(value, 'replicas'),
    count(value, 'readyReplicas'),
    created(value),
    ...images(template(value)),
    labelText(object(value, 'spec', 'selector')),
  ],
};

export const statefulsets: Printer = {
  columns: [NAME, ['Ready'], AGE, ...CONTAINERS],
  cells: (value) => [
    nameOf(value),
    `${count(value, 'readyReplicas')}/${wanted(value)}`,
    created(value),
    ...images(template(value)),
  ],
};

export const daemonsets: Printer = {
  columns: [
    NAME,
    ['Desired', 'integer', 'int32'],
    ['Current', 'integer', 'int32'],
    ['Ready', 'integer', 'int32'],
    ['Up-to-date', 'integer', 'int32'],
    ['Available', 'integer', 'int32'],
    ['Node Selector'],
    AGE,
    ...WIDE,
  ],
  cells: (value) => [
    nameOf(value),
    count(value, 'desiredNumberScheduled'),
    count(value, 'currentNumberScheduled'),
    count(value, 'numberReady'),
    count(value, 'updatedNumberScheduled'),
    count(value, 'numberAvailable'),
    labelText(object(value, 'spec', 'template', 'spec', 'nodeSelector')),
    created(value),
    ...wide(value),
  ],
};

function jobStatus(job: JsonObject): string {
  const holds = (type: string) => condition(job, type)?.status === 'True';
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (isDeleting(job)) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  if (holds('FailureTarget')) return 'FailureTarget';
  return holds('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

export const jobs: Printer = {
  columns: [NAME, ['Status'], ['Completions'], ['Duration'], AGE, ...WIDE],
  cells: (value) => {
    const completions = number(value, 'spec', 'completions');
    const parallelism = number(value, 'spec', 'parallelism') ?? 0;
    const target = completions ?? (parallelism > 1 ? `1 of ${parallelism}` : 1);
    const start = timeOf(value, 'status', 'startTime');
    const end = timeOf(value, 'status', 'completionTime');
    const duration: Cell = Number.isNaN(start) ? '' : Number.isNaN(end) ? new Age(start) : humanDuration(end - start);
    return [
      nameOf(value),
      jobStatus(value),
      `${count(value, 'succeeded')}/${target}`,
      duration,
      created(value),
      ...wide(value),
    ];
  },
};

export const cronjobs: Printer = {
  columns: [
    NAME,
    ['Schedule'],
    ['Timezone'],
    ['Suspend', 'boolean'],
    ['Active', 'integer', 'int32'],
    ['Last Schedule'],
    AGE,
    ...WIDE,
  ],
  cells: (value) => {
    const last = timeOf(value, 'status', 'lastScheduleTime');
    const containers = objects(value, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers');
    return [
      nameOf(value),
      text(value, 'spec', 'schedule'),
      or(text(value, 'spec', 'timeZone'), '<none>'),
      object(value, 'spec').suspend === true ? 'True' : 'False',
      list(value, 'status', 'active').length,
      Number.isNaN(last) ? '<none>' : new Age(last),
      created(value),
      ...images(containers),
      selectorText(object(value, 'spec', 'jobTemplate', 'spec', 'selector')),
    ];
  },
};

export const controllerrevisions: Printer = {
  columns: [NAME, ['Controller'], ['Revision', 'integer', 'int64'], AGE],
  cells: (value) => {
    const owner = objects(value, 'metadata', 'ownerReferences').find((item) => item.controller === true);
    const group = text(owner, 'apiVersion').split('/')[0];
    const controller = owner ? `${text(owner, 'kind').toLowerCase()}.${group}/${text(owner, 'name')}` : '<none>';
    return [nameOf(value), controller, number(value, 'revision') ?? 0, created(value)];
  },
};

function metricsText(value: JsonObject): string {
  const specs = objects(value, 'spec', 'metrics');
  const current = objects(value, 'status', 'currentMetrics');
  const shown = specs.slice(0, 2).map((spec, index) => {
    const resource = object(spec, 'resource');
    const now = object(current[index], 'resource', 'current');
    const utilization = number(resource, 'target', 'averageUtilization');
    if (utilization === undefined) return '<unknown>';
    const seen = number(now, 'averageUtilization');
    return `${text(resource, 'name')}: ${seen === undefined ? '<unknown>' : `${seen}%`}/${utilization}%`;
  });
  if (shown.length === 0) return '<none>';
  return shown.join(', ') + (specs.length > 2 ? ` + ${specs.length - 2} more...` : '');
}

export const horizontalpodautoscalers: Printer = {
  columns: [NAME, ['Reference'], ['Targets'], ['MinPods'], ['MaxPods'], ['Replicas', 'integer', 'int32'], AGE],
  cells: (value) => [
    nameOf(value),
    `${text(value, 'spec', 'scaleTargetRef', 'kind')}/${text(value, 'spec', 'scaleTargetRef', 'name')}`,
    metricsText(value),
    String(number(value, 'spec', 'minReplicas') ?? '<unset>'),
    number(value, 'spec', 'maxReplicas') ?? 0,
    count(value, 'currentReplicas'),
    created(value),
  ],
};

export const poddisruptionbudgets: Printer = {
  columns: [NAME, ['Min Available'], ['Max Unavailable'], ['Allowed Disruptions', 'integer', 'int32'], AGE],
  cells: (value) => [
    nameOf(value),
    String(object(value, 'spec').minAvailable ?? 'N/A'),
    String(object(value, 'spec').maxUnavailable ?? 'N/A'),
    count(value, 'disruptionsAllowed'),
    created(value),
  ],
};
