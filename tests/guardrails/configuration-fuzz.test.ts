/** Whatever a manifest holds, every rule can judge it: nothing throws, and no rule fails to evaluate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/guardrails/configuration/manifest.js';
import { viewOf } from '../../src/guardrails/configuration/object.js';
import { evaluatePod } from '../../src/guardrails/configuration/pss/evaluate.js';
import { PolicyEngine } from '../../src/guardrails/policy/engine.js';
import type { JsonObject, JsonValue } from '../../src/json.js';

const engine = new PolicyEngine();

const KEYS =
  `name image env value valueFrom ports hostPort containerPort securityContext privileged capabilities add drop procMount runAsUser
  runAsNonRoot seccompProfile type appArmorProfile seLinuxOptions user role windowsOptions hostProcess sysctls livenessProbe httpGet
  host resources limits requests cpu memory volumes hostPath path hostNetwork hostPID hostUsers os serviceAccountName annotations
  labels rules verbs resources apiGroups subjects roleRef tls hosts listeners machinepoolconfig poolConfig profiles packValues
  cloudConfig endpointAccess policies data stringData`.split(/\s+/);
const leaf = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('0', 'true', '1Gi', '*', 'ALL', 'Unconfined', 'nginx', '0.0.0.0/0'),
);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 5 }),
  ),
}));
const kinds = [
  'Pod',
  'Deployment',
  'CronJob',
  'Job',
  'Service',
  'Ingress',
  'Gateway',
  'Namespace',
  'NetworkPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'ServiceAccount',
  'List',
  '',
];

/** Containers and the like in the places where the kinds keep them, filled with anything. */
const object = fc
  .record({
    kind: fc.constantFrom(...kinds),
    metadata: value,
    rest: value,
    container: value,
    spec: fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 6 }),
  })
  .map(({ kind, metadata, rest, container, spec }): JsonObject => {
    const pod = { ...spec, containers: [container], initContainers: rest, ephemeralContainers: [container] };
    const template = { metadata, spec: pod };
    return {
      kind,
      metadata,
      items: [rest],
      rules: [rest, container],
      subjects: rest,
      data: rest,
      spec: {
        ...spec,
        template,
        jobTemplate: { spec: { template } },
        containers: [container, rest],
        rules: [rest],
        listeners: rest,
      },
    };
  });

describe('any object', () => {
  it('is judged by every rule', () => {
    fc.assert(
      fc.property(object, fc.constantFrom('production' as const, 'non-production' as const), (raw, environment) => {
        expect(engine.judgeObjects([raw], { environment }).filter((finding) => finding.error)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('fails baseline whenever a container is privileged, whatever else it holds', () => {
    fc.assert(
      fc.property(object, (raw) => {
        const { pod } = viewOf({
          ...raw,
          kind: 'Pod',
          spec: { ...(raw.spec as JsonObject), containers: [{ name: 'a', securityContext: { privileged: true } }] },
        });
        expect(pod && evaluatePod(pod, 'baseline', 'latest').some(({ check }) => check === 'privileged')).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is read from any text without an exception', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            'a',
            ':',
            ' ',
            '\n',
            '-',
            '[',
            ']',
            '{',
            '}',
            '&',
            '*',
            '"',
            '|',
            '!',
            '#',
            '%',
            '<',
            '\t',
          ),
          maxLength: 60,
        }),
        (text) => void readManifest(text),
      ),
      { numRuns: 500 },
    );
  });
});
