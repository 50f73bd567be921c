/** The tables of configuration and access: config maps, secrets, accounts, RBAC, webhooks. */
import type { JsonObject } from '../../../json.js';
import { list, nameOf, object, objects, text } from '../fields.js';
import { AGE, type Cell, created, joined, NAME, type Printer } from './cells.js';

export const configmaps: Printer = {
  columns: [NAME, ['Data', 'string'], AGE],
  cells: (value) => [
    nameOf(value),
    String(Object.keys(object(value, 'data')).length + Object.keys(object(value, 'binaryData')).length),
    created(value),
  ],
};

export const secrets: Printer = {
  columns: [NAME, ['Type'], ['Data'], AGE],
  cells: (value) => [
    nameOf(value),
    text(value, 'type'),
    String(Object.keys(object(value, 'data')).length),
    created(value),
  ],
};

export const serviceaccounts: Printer = {
  columns: [NAME, ['Secrets'], AGE],
  cells: (value) => [nameOf(value), String(list(value, 'secrets').length), created(value)],
};

export const named: Printer = { columns: [NAME, AGE], cells: (value) => [nameOf(value), created(value)] };

export const dated: Printer = {
  columns: [NAME, ['Created At', 'date']],
  cells: (value) => [nameOf(value), text(value, 'metadata', 'creationTimestamp')],
};

const subjects = (value: JsonObject, kind: string): string =>
  joined(
    objects(value, 'subjects')
      .filter((item) => item.kind === kind)
      .map((item) =>
        kind === 'ServiceAccount' ? `${text(item, 'namespace')}/${text(item, 'name')}` : text(item, 'name'),
      ),
    ', ',
  );

export const bindings: Printer = {
  columns: [
    NAME,
    ['Role'],
    AGE,
    ['Users', 'string', '', 1],
    ['Groups', 'string', '', 1],
    ['ServiceAccounts', 'string', '', 1],
  ],
  cells: (value): Cell[] => [
    nameOf(value),
    `${text(value, 'roleRef', 'kind')}/${text(value, 'roleRef', 'name')}`,
    created(value),
    subjects(value, 'User'),
    subjects(value, 'Group'),
    subjects(value, 'ServiceAccount'),
  ],
};

export const webhooks: Printer = {
  columns: [NAME, ['Webhooks', 'integer', 'int32'], AGE],
  cells: (value) => [nameOf(value), list(value, 'webhooks').length, created(value)],
};
