/**
 * Credentials written into configuration where anyone who can read it can read them: environment variables, ConfigMaps,
 * annotations, arguments, Helm values, Palette variables and pack values. Values are never part of a finding.
 */
import { z } from 'zod';
import { isJsonObject, type JsonValue } from '../../json.js';
import { type Check, type CheckFinding, defineCheck, type Path } from '../policy/check.js';
import { redactText } from '../redaction.js';
import { isHarmlessValue, nameKind } from '../secret-names.js';
import { type ConfigObject, listAt, objectAt, textAt } from './object.js';
import { whoIs } from './pss/values.js';

/** A value of a known credential form, or any real value under a name that announces a secret. */
export function holdsSecret(name: string, value: string): boolean {
  if (value.trim() === '') return false;
  if (nameKind(name) === 'secret' && !isHarmlessValue(value) && !isReference(value)) return true;
  return redactText(value).count > 0;
}

/** A path, a URL without a password or another place to get the secret from is not the secret. */
const isReference = (value: string) =>
  /^(?:\/[\w./-]+|vault:[\w/.#-]+|(?:secret|file|env|ref|arn|projects|op):\/?\/?[\w:./#@-]+|https?:\/\/[^\s@]+)$/i.test(
    value.trim(),
  ) || /^\d{1,3}$/.test(value.trim());

function inEnvironment(object: ConfigObject): CheckFinding[] {
  return (object.pod?.containers ?? []).flatMap((container) => {
    const found: CheckFinding[] = [];
    listAt(container.raw, ['env']).forEach((entry, index) => {
      const name = textAt(entry, ['name']) ?? '';
      const value = textAt(entry, ['value']);
      if (value === undefined || !holdsSecret(name, value)) return;
      found.push({
        kind: 'environment',
        detail: `${whoIs(container)}: ${name} holds a credential; use valueFrom.secretKeyRef`,
        path: [...container.path, 'env', index, 'value'],
      });
    });
    for (const key of ['command', 'args']) {
      listAt(container.raw, [key]).forEach((part, index) => {
        if (typeof part !== 'string' || redactText(part).count === 0) return;
        found.push({
          kind: 'argument',
          detail: `${whoIs(container)}: a credential in ${key}`,
          path: [...container.path, key, index],
        });
      });
    }
    return found;
  });
}

function inEntries(entries: Record<string, JsonValue>, path: Path, kind: string, what: string): CheckFinding[] {
  return Object.entries(entries).flatMap(([key, value]) =>
    typeof value === 'string' && holdsSecret(key, value)
      ? [{ kind, detail: `${what} ${key} holds a credential`, path: [...path, key] }]
      : [],
  );
}

/** Every string in a tree of values, with its key: Helm values, variables of a profile. */
function inTree(value: JsonValue, path: Path, kind: string, what: string, depth = 12): CheckFinding[] {
  if (depth === 0) return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => inTree(item, [...path, index], kind, what, depth - 1));
  if (!isJsonObject(value)) return [];
  const pair = textAt(value, ['name']) ?? textAt(value, ['key']);
  return Object.entries(value).flatMap(([key, item]) => {
    if (typeof item !== 'string') return inTree(item, [...path, key], kind, what, depth - 1);
    const name = (key === 'value' || key === 'defaultValue') && pair !== undefined ? pair : key;
    const hit = key === 'values' ? redactText(item).count > 0 : holdsSecret(name, item);
    return hit ? [{ kind, detail: `${what} ${name} holds a credential`, path: [...path, key] }] : [];
  });
}

const plaintext = defineCheck({
  name: 'secrets.plaintext',
  scope: 'configuration',
  title: 'credentials in environment variables, arguments, ConfigMaps, annotations, values and variables',
  kinds: {
    environment: 'an environment variable',
    argument: 'a command line',
    configmap: 'a ConfigMap',
    annotation: 'an annotation or label',
    values: 'Helm values, pack values or profile variables',
  },
  params: z.strictObject({}),
  bind: () => ({
    object(object) {
      const { raw, kind, pod, apiVersion } = object;
      const found = [
        ...inEnvironment(object),
        ...inEntries(
          objectAt(raw, ['metadata', 'annotations']),
          ['metadata', 'annotations'],
          'annotation',
          'annotation',
        ),
        ...(pod && pod.metadataPath.length > 1
          ? inEntries(
              objectAt(pod.metadata, ['annotations']),
              [...pod.metadataPath, 'annotations'],
              'annotation',
              'annotation',
            )
          : []),
      ];
      if (kind === 'ConfigMap') found.push(...inEntries(objectAt(raw, ['data']), ['data'], 'configmap', 'key'));
      // Neither a Kubernetes object nor a Secret: Helm values, a Palette cluster or profile.
      if (apiVersion === '' && kind === '') found.push(...inTree(raw, [], 'values', 'value'));
      if (/^(?:HelmRelease|HelmChart|HelmChartConfig|Application|Kustomization)$/.test(kind)) {
        found.push(...inTree(objectAt(raw, ['spec']), ['spec'], 'values', 'value'));
      }
      return found;
    },
  }),
});

export const SECRET_CHECKS: readonly Check[] = [plaintext];
