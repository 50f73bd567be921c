/**
 * Time inside the cluster. Things that will happen lie in a queue; controllers are woken by changes. `advance` plays
 * everything up to a moment in order, so the state at a time does not depend on how often somebody looked.
 */
import type { Names } from './names.js';
import type { Change, Store } from './store.js';

export interface Timer {
  readonly time: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Changes that are this close together are seen by a controller as one, as with a real work queue. */
const COALESCE = 100;
/** While a large world's past is played, rougher steps will do. */
export const COARSE = 1_000;

export class Simulation {
  now: number;
  private readonly heap: Timer[] = [];
  private order = 0;
  private readonly woken = new Map<string, () => void>();
  private wokenSince = 0;
  coalesce = COALESCE;

  constructor(
    readonly store: Store,
    readonly names: Names,
    start: number,
  ) {
    this.now = start;
  }

  at(time: number, run: () => void): Timer {
    const timer: Timer = { time: Math.max(time, this.now), order: this.order++, run };
    this.heap.push(timer);
    this.up(this.heap.length - 1);
    return timer;
  }

  after(ms: number, run: () => void): Timer {
    return this.at(this.now + ms, run);
  }

  cancel(timer: Timer | undefined): void {
    if (timer) timer.run = undefined;
  }

  /** Runs the controller for this key soon, once, however often it is woken. */
  wake(key: string, run: () => void): void {
    if (this.woken.size === 0) this.wokenSince = this.now;
    if (!this.woken.has(key)) this.woken.set(key, run);
  }

  /** Lets the controllers answer to what has just changed, until nothing is left to do. */
  settle(): void {
    for (let rounds = 0; this.woken.size > 0; rounds++) {
      if (rounds > 100_000) throw new Error(`the controllers do not come to rest: ${[...this.woken.keys()][0]}`);
      for (const [key, run] of this.woken) {
        this.woken.delete(key);
        run();
      }
    }
  }

  advance(to: number): void {
    for (;;) {
      const next = this.heap[0];
      const due = next && next.time <= to ? next.time : to;
      if (this.woken.size > 0 && (due > this.wokenSince + this.coalesce || !next || next.time > to)) {
        this.settle();
        continue;
      }
      if (!next || next.time > to) break;
      this.pop();
      if (!next.run) continue;
      this.now = Math.max(this.now, next.time);
      next.run();
    }
    this.now = Math.max(this.now, to);
  }

  onChange(listener: (change: Change) => void): void {
    this.store.listen(listener);
  }

  private before(a: Timer, b: Timer): boolean {
    return a.time !== b.time ? a.time < b.time : a.order < b.order;
  }

  private up(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.swapIfBefore(index, parent)) return;
      index = parent;
    }
  }

  private pop(): void {
    const last = this.heap.pop();
    if (!last || this.heap.length === 0) return;
    this.heap[0] = last;
    let index = 0;
    for (;;) {
      const left = index * 2 + 1;
      const [a, b] = [this.heap[left], this.heap[left + 1]];
      if (!a) return;
      const child = b && this.before(b, a) ? left + 1 : left;
      if (!this.swapIfBefore(child, index)) return;
      index = child;
    }
  }

  /** Exchanges two places of the queue when what lies deeper comes earlier. */
  private swapIfBefore(deeper: number, higher: number): boolean {
    const [a, b] = [this.heap[deeper], this.heap[higher]];
    if (!a || !b || !this.before(a, b)) return false;
    this.heap[deeper] = b;
    this.heap[higher] = a;
    return true;
  }
}
