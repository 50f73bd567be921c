/** The shipped policies, judged by the examples that stand beside each rule. */
import { describe, expect, it } from 'vitest';
import { runCases } from '../../src/guardrails/policy/cases.js';
import { PolicyEngine } from '../../src/guardrails/policy/engine.js';

const engine = new PolicyEngine();

describe('shipped policies', () => {
  it('every example matches or passes as its rule says', () => {
    expect(runCases(engine.compiled).filter((result) => !result.ok)).toEqual([]);
  });
});
