/** Server-side tables (meta.k8s.io/v1 Table): columns and cells as the server renders them for kubectl. */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import { list, num, str } from './fields.js';

/** Falls back to plain JSON for servers of custom APIs that render no tables. */
export const TABLE_ACCEPT = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

export interface TableColumn {
  name: string;
  type: string;
  /** 0 is always shown, more only in wide output. */
  priority: number;
}

export interface TableRow {
  cells: JsonValue[];
  /** The row's metadata where `includeObject=Metadata` was asked for. */
  metadata: JsonObject;
}

export interface ServerTable {
  columns: TableColumn[];
  rows: TableRow[];
  resourceVersion: string;
}

/** Reads a Table, or a plain list, whose rows then have the columns Name and Created. */
export function tableOf(body: JsonObject): ServerTable {
  const resourceVersion = str(body, 'metadata', 'resourceVersion');
  if (body.kind !== 'Table') {
    return {
      columns: [
        { name: 'Name', type: 'string', priority: 0 },
        { name: 'Created At', type: 'date', priority: 0 },
      ],
      rows: list(body, 'items').map((item) => ({
        cells: [str(item, 'metadata', 'name'), str(item, 'metadata', 'creationTimestamp')],
        metadata: isJsonObject(item.metadata) ? item.metadata : {},
      })),
      resourceVersion,
    };
  }
  return {
    columns: list(body, 'columnDefinitions').map((column) => ({
      name: str(column, 'name'),
      type: str(column, 'type'),
      priority: num(column, 'priority') ?? 0,
    })),
    rows: list(body, 'rows').map((row) => ({
      cells: Array.isArray(row.cells) ? row.cells : [],
      metadata: isJsonObject(row.object) && isJsonObject(row.object.metadata) ? row.object.metadata : {},
    })),
    resourceVersion,
  };
}

/** Reads cells by column name; a column that the server does not have is ''. */
export function cellReader(columns: readonly TableColumn[]): (row: TableRow, name: string) => string {
  const index = new Map(columns.map((column, position) => [column.name.toLowerCase(), position]));
  return (row, name) => {
    const position = index.get(name.toLowerCase());
    const cell = position === undefined ? undefined : row.cells[position];
    return cell === undefined || cell === null || typeof cell === 'object' ? '' : String(cell);
  };
}
