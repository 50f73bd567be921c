/** Why a workload may lack its pods, for whoever reports that it does: the causes in the order in which they explain most. */
import { type Cause, keyOf } from './finding.js';
import { isReady, MINUTE, type View } from './view.js';

/** Findings of pods that explain why a workload lacks them, the most telling first. */
export const POD_CHECKS = [
  'P16',
  'P3',
  'P4',
  'P2',
  'P1',
  'P11',
  'P7',
  'P9',
  'P5',
  'P6',
  'P10',
  'P15',
  'P14',
  'P13',
  'P8',
];

/** Pods need a little while even where nothing says that a rollout is under way. */
export const SETTLING = MINUTE;

/** What may keep a workload from its pods: they are refused, or they are broken, or their node is. */
export function causesOfLack(view: View, kind: string, namespace: string, name: string): Cause[] {
  const nodes = view
    .podsOf(kind, namespace, name)
    .filter((pod) => !isReady(pod) && pod.node !== '')
    .map((pod) => ({ object: keyOf('Node', '', pod.node), checks: ['N1'] }));
  return [
    { object: keyOf(kind, namespace, name), checks: ['W3'] },
    { object: keyOf('owner', namespace, `${kind}/${name}`), checks: POD_CHECKS },
    ...nodes.slice(0, 20),
  ];
}
