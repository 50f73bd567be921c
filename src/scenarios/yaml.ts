/**
 * Reads a YAML file through a schema. Everything that is wrong is told with file, line and column, all at once. Nothing
 * of the file is used before the schema has accepted it.
 */
import { isMap, isNode, isPair, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { UserError } from '../errors.js';

const MOST_PROBLEMS = 10;

/** Throws UserError with one line per problem: `demo.yaml:12:5: turns[0].say: expected string`. */
export function parseYaml<T>(text: string, file: string, schema: z.ZodType<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const broken = document.errors.map((error) => `${at(error.pos[0])}: ${firstLine(error.message)}`);
  if (broken.length > 0) throw problems(broken);
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return parsed.data;
  throw problems(
    parsed.error.issues.map((issue) => {
      const { offset } = locate(document.contents, issue.path);
      return `${at(offset)}: ${pathText(issue.path)}${issue.message}`;
    }),
  );
}

function problems(lines: string[]): UserError {
  const shown = lines.slice(0, MOST_PROBLEMS);
  if (lines.length > shown.length) shown.push(`… and ${lines.length - shown.length} more`);
  return new UserError(shown.join('\n'));
}

/** The deepest node on the path that exists: for a missing key, the map that lacks it. */
function locate(root: Node | null, path: readonly PropertyKey[]): { offset: number } {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isNode(item.key) && item.key.toJSON() === key);
      if (!pair) break;
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number') {
      node = node.items[key];
    } else {
      break;
    }
    if (!isNode(node)) break;
    if (isSeq(node) || isMap(node)) continue;
    offset = node.range?.[0] ?? offset;
  }
  if (isNode(node) && isMap(node) && path.length > 0) offset = node.range?.[0] ?? offset;
  return { offset };
}

/** `turns[0].claude[1].text: ` */
export function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '';
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return `${text.replace(/^\./, '')}: `;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
