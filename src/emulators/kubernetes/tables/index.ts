/**
 * Server-side tables. A row's cells are computed once per version of an object; only ages are filled in when it is
 * read. Custom resources print the columns of their definition.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../json.js';
import type { Resource } from '../catalog.js';
import { nameOf } from '../fields.js';
import type { Entry } from '../store.js';
import { Age, type CachedRow, type Cell, type Column, created, NAME, type Printer, render } from './cells.js';
import * as cluster from './cluster.js';
import * as config from './config.js';
import * as network from './network.js';
import { pods } from './pods.js';
import * as workloads from './workloads.js';

const PRINTERS: Record<string, Printer> = {
  pods,
  ...workloads,
  ...network,
  ...cluster,
  configmaps: config.configmaps,
  secrets: config.secrets,
  serviceaccounts: config.serviceaccounts,
  limitranges: config.dated,
  roles: config.dated,
  clusterroles: config.dated,
  rolebindings: config.bindings,
  clusterrolebindings: config.bindings,
  validatingwebhookconfigurations: config.webhooks,
  mutatingwebhookconfigurations: config.webhooks,
};

const custom = new WeakMap<Resource, Printer>();

function printerOf(resource: Resource): Printer {
  if (!resource.custom) return PRINTERS[resource.plural] ?? config.named;
  let printer = custom.get(resource);
  if (!printer) {
    const columns = resource.printerColumns ?? [];
    printer =
      columns.length === 0
        ? config.named
        : {
            columns: [NAME, ...columns.map((item): Column => [item.name, item.type || 'string', '', item.priority])],
            cells: (value) => [nameOf(value), ...columns.map((item) => customCell(value, item.jsonPath, item.type))],
          };
    custom.set(resource, printer);
  }
  return printer;
}

function customCell(value: JsonObject, path: string, type: string): Cell {
  if (path === '.metadata.creationTimestamp') return created(value);
  const found = byPath(value, path);
  if (found === undefined) return type === 'date' ? '<unknown>' : null;
  if (type === 'date') return new Age(Date.parse(String(found)));
  if (type === 'integer' || type === 'number' || type === 'boolean') return found;
  return typeof found === 'string' ? found : JSON.stringify(found);
}

/** The part of JSONPath that definitions use: names, indexes, and `[?(@.name=="value")]`. */
function byPath(value: JsonObject, path: string): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const match of path.matchAll(
    /\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[\?\(@\.([A-Za-z0-9_]+)\s*==\s*["']([^"']*)["']\)\]|\['([^']+)'\]/g,
  )) {
    const [, name, index, key, wanted, quoted] = match;
    const member: string | undefined = name ?? quoted;
    if (member !== undefined) current = isJsonObject(current) ? current[member] : undefined;
    else if (index !== undefined) current = Array.isArray(current) ? current[Number(index)] : undefined;
    else if (key !== undefined)
      current = Array.isArray(current) ? current.find((item) => isJsonObject(item) && item[key] === wanted) : undefined;
  }
  return current;
}

export function columnsJson(resource: Resource): string {
  return JSON.stringify(
    printerOf(resource).columns.map(([name, type = 'string', format = '', priority = 0]) => ({
      name,
      type,
      format,
      description: `${name} of the ${resource.kind}`,
      priority,
    })),
  );
}

function rowOf(resource: Resource, entry: Entry): CachedRow {
  const printer = printerOf(resource);
  if (entry.row?.printer === printer) return entry.row;
  const cells = printer.cells(entry.object).map((cell) => (cell instanceof Age ? cell : JSON.stringify(cell)));
  const row: CachedRow = { printer, cells };
  entry.row = row;
  return row;
}

export function cellsJson(resource: Resource, entry: Entry, now: number): string {
  let out = '[';
  let first = true;
  for (const cell of rowOf(resource, entry).cells) {
    if (!first) out += ',';
    first = false;
    out += typeof cell === 'string' ? cell : JSON.stringify(render(cell, now));
  }
  return `${out}]`;
}
