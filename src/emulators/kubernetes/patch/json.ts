/** JSON merge patch (RFC 7386) and JSON patch (RFC 6902). Pure; errors are PatchError. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../json.js';
import { equal } from '../fields.js';

/** A patch that cannot be read or does not fit; the code is what the API server answers with. */
export class PatchError extends Error {
  constructor(
    message: string,
    readonly code: 400 | 422 = 400,
  ) {
    super(message);
  }
}

export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

export function jsonPatch(target: JsonObject, patch: JsonValue): JsonObject {
  if (!Array.isArray(patch))
    throw new PatchError('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  let current: JsonValue = target;
  for (const operation of patch) {
    if (!isJsonObject(operation)) throw new PatchError('a JSON patch operation must be an object');
    current = operate(current, operation);
  }
  if (!isJsonObject(current)) throw new PatchError('the patched object is no object');
  return current;
}

const steps = (pointer: JsonValue | undefined): string[] => {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/')))
    throw new PatchError(`invalid path in JSON patch: ${JSON.stringify(pointer ?? null)}`);
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
};

function operate(document: JsonValue, operation: JsonObject): JsonValue {
  const path = steps(operation.path);
  const value = operation.value ?? null;
  switch (operation.op) {
    case 'add':
      return edit(document, path, 'add', value);
    case 'replace':
      read(document, path);
      return edit(document, path, 'replace', value);
    case 'remove':
      read(document, path);
      return edit(document, path, 'remove', null);
    case 'move': {
      const from = steps(operation.from);
      const moved = read(document, from);
      return edit(edit(document, from, 'remove', null), path, 'add', moved);
    }
    case 'copy':
      return edit(document, path, 'add', read(document, steps(operation.from)));
    case 'test':
      if (!equal(read(document, path), value))
        throw new PatchError(`testing value ${String(operation.path)} failed: test failed`, 422);
      return document;
    default:
      throw new PatchError(`unexpected kind: ${JSON.stringify(operation.op ?? null)}`);
  }
}

function read(document: JsonValue, path: readonly string[]): JsonValue {
  let current: JsonValue | undefined = document;
  for (const step of path) {
    if (Array.isArray(current)) current = current[indexOf(step, current.length)];
    else if (isJsonObject(current)) current = Object.hasOwn(current, step) ? current[step] : undefined;
    else current = undefined;
    if (current === undefined)
      throw new PatchError(
        `the server rejected our request due to an error in our request: path /${path.join('/')} does not exist`,
        422,
      );
  }
  return current ?? null;
}

function indexOf(step: string, length: number): number {
  const index = Number(step);
  if (!/^(0|[1-9]\d*)$/.test(step) || index > length) throw new PatchError(`invalid index in JSON patch: ${step}`, 422);
  return index;
}

function edit(
  document: JsonValue,
  path: readonly string[],
  how: 'add' | 'replace' | 'remove',
  value: JsonValue,
): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(document)) {
    const copy = [...document];
    const index = step === '-' ? copy.length : indexOf(step, copy.length);
    if (rest.length > 0) copy[index] = edit(copy[index] ?? null, rest, how, value);
    else if (how === 'add') copy.splice(index, 0, value);
    else if (how === 'remove') copy.splice(index, 1);
    else copy[index] = value;
    return copy;
  }
  if (!isJsonObject(document)) throw new PatchError(`path /${path.join('/')} does not exist`, 422);
  const copy = { ...document };
  if (rest.length > 0) {
    if (!Object.hasOwn(copy, step)) throw new PatchError(`path /${path.join('/')} does not exist`, 422);
    copy[step] = edit(copy[step] ?? null, rest, how, value);
  } else if (how === 'remove') delete copy[step];
  else copy[step] = value;
  return copy;
}
