/** Tools as text for a terminal. */
import type { JsonObject, JsonValue } from '../json.js';
import { isJsonObject } from '../json.js';
import type { ToolListing } from '../session.js';

export function renderTools(tools: ToolListing[]): string {
  const lines: string[] = [];
  const width = Math.max(...tools.map((tool) => tool.name.length), 0);
  for (const server of new Set(tools.map((tool) => tool.server))) {
    const own = tools.filter((tool) => tool.server === server);
    lines.push(`${server} (${own.length} tools)`);
    for (const tool of own) {
      const mark = tool.verb === 'read' ? ' ' : '!';
      lines.push(`  ${mark} ${tool.name.padEnd(width)}  ${firstSentence(tool.description)}`);
    }
    lines.push('');
  }
  lines.push('! changes something, so it may ask first. One tool in full: mcp-chat tools SERVER.TOOL', '');
  return lines.join('\n');
}

export function renderTool(tool: ToolListing): string {
  const lines = [`${tool.server}.${tool.name} — ${tool.title} (${tool.verb})`, '', tool.description, ''];
  const properties = isJsonObject(tool.inputSchema.properties) ? tool.inputSchema.properties : {};
  const required = Array.isArray(tool.inputSchema.required) ? tool.inputSchema.required : [];
  const names = Object.keys(properties);
  lines.push(names.length > 0 ? 'Arguments' : 'It takes no arguments.');
  for (const name of names) {
    const schema = properties[name];
    const tail = required.includes(name) ? ' (required)' : '';
    lines.push(`  ${name}: ${typeOf(schema)}${tail}`);
    if (isJsonObject(schema) && typeof schema.description === 'string') lines.push(`      ${schema.description}`);
  }
  lines.push(
    '',
    `mcp-chat call ${tool.server}.${tool.name}${required.map((each) => ` --arg ${String(each)}=…`).join('')}`,
    '',
  );
  return lines.join('\n');
}

function typeOf(schema: JsonValue | undefined): string {
  if (!isJsonObject(schema)) return 'any';
  if (Array.isArray(schema.enum)) return schema.enum.map(String).join(' | ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(alternatives)) return alternatives.map(typeOf).join(' or ');
  return typeof schema.type === 'string' ? schema.type : 'any';
}

function firstSentence(text: string): string {
  const end = text.search(/[.;:](\s|$)/);
  return end < 0 ? text : text.slice(0, end);
}

/** "--arg replicas=3" as the schema wants it: numbers, booleans, lists and objects from text, strings as they are. */
export function argumentValue(text: string, schema: JsonValue | undefined): JsonValue {
  const wanted = isJsonObject(schema) ? typesOf(schema) : [];
  if (wanted.includes('string') || wanted.length === 0) return text;
  if (wanted.includes('array') && !text.trimStart().startsWith('[')) {
    const items = isJsonObject(schema) ? schema.items : undefined;
    return text.split(',').map((each) => argumentValue(each.trim(), items));
  }
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function typesOf(schema: JsonObject): string[] {
  if (typeof schema.type === 'string') return [schema.type];
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(alternatives)) return alternatives.filter(isJsonObject).flatMap(typesOf);
  return Array.isArray(schema.enum) ? ['string'] : [];
}
