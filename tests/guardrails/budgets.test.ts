import { describe, expect, it } from 'vitest';
import { manualClock } from '../../src/clock.js';
import { type BudgetRules, budgetRulesSchema, DEFAULT_BUDGETS, SpendingBook } from '../../src/guardrails/budgets.js';
import type { Action } from '../../src/guardrails/types.js';
import { approve, kit } from './gate-kit.js';

const action = (name: string, more: Partial<Action> = {}): Action => ({
  server: 'kubernetes',
  tool: 'delete_pod',
  verb: 'delete',
  target: { system: 'kubernetes', scope: 'dev', kind: 'pod', name },
  environment: 'non-production',
  environmentReason: '',
  arguments: {},
  tainted: false,
  provenance: [],
  ...more,
});
const only = (rules: object): BudgetRules => budgetRulesSchema.parse(rules);
const HOUR = 3_600_000;

describe('budgets', () => {
  it('count many small deletions as one big one', () => {
    const book = new SpendingBook(manualClock(0));
    const effects = Array.from({ length: 70 }, (_, number) => {
      const each = action(`pod-${number}`);
      const [match] = book.judge(each, true, only({ writes: { hour: 1e6, session: 1e6, stopHour: 1e6 } }));
      if (match?.effect !== 'deny') book.spend(each, true);
      return match?.effect ?? 'free';
    });
    expect(effects.filter((effect) => effect === 'free')).toHaveLength(DEFAULT_BUDGETS.deletes.hour);
    expect(effects.at(-1)).toBe('deny');
    expect(effects[DEFAULT_BUDGETS.deletes.hour]).toBe('require_approval');
  });

  it('count what one call deletes, not the call', () => {
    const book = new SpendingBook(manualClock(0));
    expect(book.judge(action('all', { size: { objects: 61 } }), true, DEFAULT_BUDGETS)).toMatchObject([
      { rule: 'budget-deletes', effect: 'deny' },
    ]);
  });

  it('give a new hour, and still remember the session', () => {
    const clock = manualClock(0);
    const book = new SpendingBook(clock);
    const rules = only({ deletes: { hour: 2, session: 3, stopHour: 10 } });
    for (const name of ['a', 'b']) book.spend(action(name), true);
    expect(book.judge(action('c'), true, rules)).toMatchObject([
      { message: expect.stringContaining('within an hour') },
    ]);
    clock.advance(HOUR + 1);
    expect(book.judge(action('c'), true, rules)).toEqual([]);
    book.spend(action('c'), true);
    expect(book.judge(action('d'), true, rules)).toMatchObject([
      { message: expect.stringContaining('in this session') },
    ]);
  });

  it('add nodes over pools, each with its latest size', () => {
    const book = new SpendingBook(manualClock(0));
    const grow = (name: string, nodes: number) => action(name, { verb: 'write', size: { nodes } });
    for (let step = 0; step < 5; step += 1) book.spend(grow('pool', 9), false);
    expect(book.judge(grow('pool', 9), false, DEFAULT_BUDGETS)).toEqual([]);
    book.spend(grow('other', 9), false);
    expect(book.judge(grow('third', 9), false, DEFAULT_BUDGETS)).toMatchObject([{ rule: 'budget-nodes' }]);
  });

  it('add money, and ignore what saves it', () => {
    const book = new SpendingBook(manualClock(0));
    const cost = (beforePerMonth: number, afterPerMonth: number) =>
      action('x', { verb: 'write', cost: { beforePerMonth, afterPerMonth, currency: 'USD' } });
    book.spend(cost(0, 1_500), false);
    expect(book.judge(cost(0, 600), false, DEFAULT_BUDGETS)).toMatchObject([
      { rule: 'budget-cost', effect: 'require_approval' },
    ]);
    expect(book.judge(cost(600, 0), false, DEFAULT_BUDGETS)).toEqual([]);
  });

  it('never concern a read', () => {
    expect(
      new SpendingBook(manualClock(0)).judge(
        action('x', { verb: 'read' }),
        false,
        only({ writes: { hour: 0, session: 0, stopHour: 0 } }),
      ),
    ).toEqual([]);
  });

  it('are asked about even under a grant, survive a cleared conversation, and stop in the end', async () => {
    const k = kit({ budgets: () => only({ writes: { hour: 2, session: 9, stopHour: 3 } }) });
    k.setApprover(approve('session'));
    const scale = (replicas: number) => k.call('scale', { name: 'web', replicas });
    await scale(1);
    await scale(2);
    expect(k.asked).toHaveLength(1);
    k.gate.reset();
    k.setApprover(approve('once'));
    await scale(3);
    expect(k.asked[1]?.verdict.matches.map(({ rule }) => rule)).toContain('budget-writes');
    expect((await scale(4)).ok).toBe(false);
    expect(k.asked).toHaveLength(2);
  });

  it('hold for calls side by side: what one used up while another waited is gone', async () => {
    const k = kit({ budgets: () => only({ writes: { hour: 1, session: 9, stopHour: 1 } }) });
    const results = await Promise.all(['a', 'b'].map((name) => k.call('scale', { name, replicas: 1 })));
    expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(k.runs).toHaveLength(1);
  });
});
