/** A thin client for tests against the emulated API server: JSON in, JSON out, with the clock at hand. */
import { type ManualClock, manualClock } from '../../src/clock.js';
import {
  createKubernetesEmulator,
  type KubernetesEmulator,
  type KubernetesEmulatorOptions,
} from '../../src/emulators/kubernetes/index.js';
import { isJsonObject, type JsonObject } from '../../src/json.js';

export const START = Date.parse('2026-06-01T09:12:00Z');
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

export interface Answer {
  status: number;
  body: JsonObject;
  headers: Headers;
}

export interface TestClient {
  emulator: KubernetesEmulator;
  clock: ManualClock;
  get(path: string, accept?: string): Promise<Answer>;
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
  text(path: string): Promise<string>;
  /** The cells of a table, one list per row. */
  rows(path: string): Promise<unknown[][]>;
}

export async function open(
  world: KubernetesEmulatorOptions['world'],
  options: Partial<KubernetesEmulatorOptions> = {},
): Promise<TestClient> {
  const clock = manualClock(START);
  const emulator = await createKubernetesEmulator({ world, clock, ...options });
  const request = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const answer = await emulator.fetch(new Request(`http://cluster${path}`, init));
    const parsed: unknown = JSON.parse(await answer.text());
    if (!isJsonObject(parsed)) throw new Error('the answer is no object');
    return { status: answer.status, body: parsed, headers: answer.headers };
  };
  return {
    emulator,
    clock,
    get: (path, accept = 'application/json') => request('GET', path, { accept }),
    send: (method, path, body, contentType = 'application/json') =>
      request(method, path, { accept: 'application/json', 'content-type': contentType }, body),
    text: async (path) => (await emulator.fetch(new Request(`http://cluster${path}`))).text(),
    rows: async (path) => {
      const { body } = await request('GET', path, { accept: TABLE });
      return items(body, 'rows').map((row) => (Array.isArray(row.cells) ? row.cells : []));
    },
  };
}

export function items(value: JsonObject, field = 'items'): JsonObject[] {
  const found = value[field];
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

/** The member at a path; undefined where there is none. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (Array.isArray(current)) current = current[Number(step)];
    else if (isJsonObject(current)) current = current[String(step)];
    else return undefined;
  }
  return current;
}

export const names = (value: JsonObject): string[] => items(value).map((item) => String(at(item, 'metadata', 'name')));
