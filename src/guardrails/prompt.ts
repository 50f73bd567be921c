/**
 * The prompt validator: what the policies say of a text before Claude sees it, in a form for people and programs. It judges
 * only; whoever asks decides what to do with a denied prompt.
 */
import { scanText } from './detection/index.js';
import type { PolicyEngine } from './policy/engine.js';
import type { Effect, RuleMatch } from './types.js';

export interface PromptValidation {
  /** Reaches Claude: allowed, or with a warning. */
  allowed: boolean;
  effect: Effect;
  /** Names of the rules that matched. */
  rules: string[];
  matches: RuleMatch[];
  messages: string[];
  /** From 0 to 1: how much the text looks like an attempt to override instructions. */
  injectionScore: number;
  /** The parts that look so, as they stand in the text; at most five, at most 120 characters each. */
  excerpts: string[];
}

export class PromptValidator {
  readonly #engine: PolicyEngine;
  constructor(engine: PolicyEngine) {
    this.#engine = engine;
  }

  validate(text: string): PromptValidation {
    const { effect, matches } = this.#engine.judgePrompt(text);
    const { score, spans } = scanText(text, 'prompt');
    const worst = [...spans].sort((a, b) => b.score - a.score).slice(0, 5);
    return {
      allowed: effect === 'allow' || effect === 'warn',
      effect,
      rules: matches.map((match) => match.rule),
      matches,
      messages: matches.map((match) => match.message),
      injectionScore: score,
      excerpts: worst.map((span) => text.slice(span.start, span.end).replace(/\s+/g, ' ').slice(0, 120)),
    };
  }
}
