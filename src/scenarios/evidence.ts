/** What expectations are made of: events by type, and failures in words. */
import type { AgentEvent } from '../agent/events.js';

/** One expectation that did not hold: what it is, in words, and what happened instead. */
export interface Failure {
  expectation: string;
  message: string;
}

type EventOf<T extends AgentEvent['type']> = Extract<AgentEvent, { type: T }>;

export function eventsOf<T extends AgentEvent['type']>(events: readonly AgentEvent[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}
