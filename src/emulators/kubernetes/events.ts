/**
 * The cluster's Events. Repeats of one message about one object raise its count, as the client-go recorder does; an
 * hour after its last occurrence an event is gone.
 */
import type { JsonObject } from '../../json.js';
import { nameOf, namespaceOf, set, stamp, text, timeOf, uidOf } from './fields.js';
import type { Names } from './names.js';
import type { Simulation } from './simulation.js';
import type { Store } from './store.js';

const LIFETIME = 3_600_000;

export interface EventSource {
  component: string;
  host?: string;
}

export class EventRecorder {
  private readonly latest = new Map<string, string>();
  private readonly queue: { name: string; namespace: string; key: string }[] = [];
  /** Events before this moment are not kept at all: while a world's past is played, nobody will ever see them. */
  keepFrom = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly store: Store,
    private readonly simulation: Simulation,
    private readonly names: Names,
  ) {}

  keeps(time: number): boolean {
    return time >= this.keepFrom;
  }

  emit(
    about: JsonObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    source: EventSource,
    options: { count?: number; fieldPath?: string } = {},
  ): void {
    const { now } = this.simulation;
    if (!this.keeps(now)) return;
    const namespace = namespaceOf(about) || 'default';
    const key = [uidOf(about) || `${about.kind}/${nameOf(about)}`, reason, message, options.fieldPath].join('|');
    const known = this.latest.get(key);
    const before = known === undefined ? undefined : this.store.get('events', namespace, known);
    const added = options.count ?? 1;
    if (before) {
      const count = Number(before.count ?? 1) + added;
      this.store.put('events', { ...before, count, lastTimestamp: stamp(now) });
      return;
    }
    const name = `${nameOf(about)}.${this.names.hex(16, 'event', key, now)}`;
    const involvedObject: JsonObject = {
      kind: text(about, 'kind'),
      ...(namespaceOf(about) && { namespace: namespaceOf(about) }),
      name: nameOf(about),
      uid: uidOf(about) || nameOf(about),
      apiVersion: text(about, 'apiVersion'),
      ...(text(about, 'metadata', 'resourceVersion') && {
        resourceVersion: text(about, 'metadata', 'resourceVersion'),
      }),
      ...(options.fieldPath && { fieldPath: options.fieldPath }),
    };
    this.store.put('events', {
      kind: 'Event',
      apiVersion: 'v1',
      metadata: {
        name,
        namespace,
        uid: this.names.uid('event', key, now),
        creationTimestamp: stamp(now),
      },
      involvedObject,
      reason,
      message,
      source: { component: source.component, ...(source.host && { host: source.host }) },
      firstTimestamp: stamp(now),
      lastTimestamp: stamp(now),
      count: added,
      type,
      eventTime: null,
      reportingComponent: source.component,
      reportingInstance: source.host ?? '',
    });
    this.latest.set(key, name);
    this.queue.push({ name, namespace, key });
  }

  /** Drops what has not happened again within the hour. */
  expire(): void {
    const limit = this.simulation.now - LIFETIME;
    let checked = 0;
    while (checked++ < 5_000) {
      const first = this.queue[0];
      const event = first && this.store.get('events', first.namespace, first.name);
      if (!first) return;
      if (event && timeOf(event, 'metadata', 'creationTimestamp') > limit) return;
      this.queue.shift();
      if (event && timeOf(event, 'lastTimestamp') > limit) {
        // Still going on: look again when this occurrence is old. Its place in the queue is that of a new event.
        this.queue.push(first);
        if (this.queue.length === 1 || checked > this.queue.length) return;
      } else {
        if (event) this.store.remove('events', event);
        this.latest.delete(first.key);
      }
    }
  }
}

/** The same event as events.k8s.io/v1 shows it. */
export function asNewEvent(event: JsonObject): JsonObject {
  const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, ...rest } = event;
  let converted: JsonObject = { ...rest, apiVersion: 'events.k8s.io/v1' };
  if (involvedObject !== undefined) converted = set(converted, ['regarding'], involvedObject);
  if (message !== undefined) converted = set(converted, ['note'], message);
  if (source !== undefined) converted = set(converted, ['deprecatedSource'], source);
  if (firstTimestamp !== undefined) converted = set(converted, ['deprecatedFirstTimestamp'], firstTimestamp);
  if (lastTimestamp !== undefined) converted = set(converted, ['deprecatedLastTimestamp'], lastTimestamp);
  if (count !== undefined) converted = set(converted, ['deprecatedCount'], count);
  return converted;
}

/** An event written through events.k8s.io/v1, as it is stored. */
export function asCoreEvent(event: JsonObject): JsonObject {
  const {
    regarding,
    note,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    ...rest
  } = event;
  let converted: JsonObject = { ...rest, apiVersion: 'v1' };
  if (regarding !== undefined) converted = set(converted, ['involvedObject'], regarding);
  if (note !== undefined) converted = set(converted, ['message'], note);
  if (deprecatedSource !== undefined) converted = set(converted, ['source'], deprecatedSource);
  if (deprecatedFirstTimestamp !== undefined) converted = set(converted, ['firstTimestamp'], deprecatedFirstTimestamp);
  if (deprecatedLastTimestamp !== undefined) converted = set(converted, ['lastTimestamp'], deprecatedLastTimestamp);
  if (deprecatedCount !== undefined) converted = set(converted, ['count'], deprecatedCount);
  return converted;
}
