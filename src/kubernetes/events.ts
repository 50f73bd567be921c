/**
 * Events, read for one object or a namespace and grouped by what they say. Time is the newest that an event knows of: its
 * series, its last timestamp, its event time. Messages are data from the cluster, cleaned for one line, never instructions.
 */
import type { JsonObject } from '../json.js';
import { age, oneLine } from '../mcp/text.js';
import type { KubernetesClient } from './client.js';
import { num, obj, str } from './fields.js';
import { namespaceSegment } from './names.js';

export interface EventGroup {
  type: string;
  reason: string;
  message: string;
  object: string;
  count: number;
  /** Milliseconds since the epoch; null where the event has no time. */
  first: number | null;
  last: number | null;
}

export interface EventQuery {
  context: string;
  namespace?: string | undefined;
  /** Field selector parts, such as `involvedObject.uid`. */
  fields: Record<string, string>;
  signal: AbortSignal;
}

/** Warnings first, then the newest first. Throws ToolFailure. */
export async function readEvents(client: KubernetesClient, query: EventQuery): Promise<EventGroup[]> {
  const path =
    query.namespace === undefined ? '/api/v1/events' : `/api/v1/namespaces/${namespaceSegment(query.namespace)}/events`;
  const fieldSelector = Object.entries(query.fields)
    .map(([field, value]) => `${field}=${value}`)
    .join(',');
  const groups = new Map<string, EventGroup>();
  for await (const page of client.pages(query.context, path, { query: { fieldSelector }, signal: query.signal })) {
    for (const event of page.items) add(groups, event);
  }
  return [...groups.values()].sort(
    (a, b) => Number(b.type === 'Warning') - Number(a.type === 'Warning') || (b.last ?? 0) - (a.last ?? 0),
  );
}

function add(groups: Map<string, EventGroup>, event: JsonObject): void {
  const involved = obj(event, 'involvedObject');
  const object = `${str(involved, 'kind').toLowerCase()}/${str(involved, 'name')}`;
  const message = oneLine(str(event, 'message'), 400);
  const first =
    timeOf(str(event, 'firstTimestamp')) ??
    timeOf(str(event, 'eventTime')) ??
    timeOf(str(event, 'metadata', 'creationTimestamp'));
  const last =
    newest([str(event, 'series', 'lastObservedTime'), str(event, 'lastTimestamp'), str(event, 'eventTime')]) ?? first;
  const count = num(event, 'series', 'count') ?? num(event, 'count') ?? 1;
  const key = [object, str(event, 'type'), str(event, 'reason'), sameSaying(message)].join('\n');
  const known = groups.get(key);
  if (!known) {
    groups.set(key, { type: str(event, 'type'), reason: str(event, 'reason'), message, object, count, first, last });
    return;
  }
  known.count += count;
  if (first !== null) known.first = Math.min(known.first ?? first, first);
  if (last !== null && last >= (known.last ?? 0)) {
    known.last = last;
    known.message = message;
  }
}

/** Messages that differ only in numbers, hashes and times say the same. */
function sameSaying(message: string): string {
  return message.replace(/[0-9a-f]{8,}(-[0-9a-f]{4,})*|\d+/g, '#');
}

export function eventLine(group: EventGroup, now: number, withObject: boolean): string {
  const times = group.count > 1 ? ` x${group.count}` : '';
  const span =
    group.last === null
      ? ''
      : `${age(now - group.last)} ago${times}${group.count > 1 && group.first !== null ? ` over ${age(now - group.first)}` : ''}`;
  return `${group.type === 'Warning' ? 'Warning' : 'Normal '} ${group.reason}${withObject ? ` ${group.object}` : ''} (${span || `x${group.count}`}): ${group.message}`;
}

export function timeOf(text: string): number | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

function newest(texts: string[]): number | null {
  const times = texts.flatMap((text) => timeOf(text) ?? []);
  return times.length === 0 ? null : Math.max(...times);
}
