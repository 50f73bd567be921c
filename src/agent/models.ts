/**
 * What is known about each model: price, limits, how it thinks. Facts only, as the vendor's model pages gave them on
 * `FACTS_AS_OF`; the logic that uses them is elsewhere. A model that is not listed works, without a price and
 * without settings that it might refuse.
 */
import { UserError } from '../errors.js';

export const FACTS_AS_OF = '2026-11-23';
export const DEFAULT_MODEL = 'claude-opus-5-5';

/** How much a model thinks before it answers. */
export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** US dollars per million tokens. */
export interface Price {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  /** The tier holds for prompts of up to this many tokens; absent on the last tier. */
  upToPromptTokens?: number;
}

export interface ModelFacts {
  /** Tiers by prompt length, shortest first; empty where the price is not known. */
  prices: readonly Price[];
  contextTokens: number;
  maxOutputTokens: number;
  /** Accepts `thinking: { type: 'adaptive' }`. */
  adaptiveThinking: boolean;
  /** Accepts `output_config.effort`. */
  effort: boolean;
}

/** Cache reads at a tenth, five-minute writes at 1.25 times and one-hour writes at twice the input price. */
function price(input: number, output: number, more: Partial<Price> = {}): Price {
  return {
    input,
    output,
    cacheRead: input / 10,
    cacheWrite5m: input * 1.25,
    cacheWrite1h: input * 2,
    ...more,
  };
}

function current(...prices: Price[]): ModelFacts {
  return { prices, contextTokens: 1_000_000, maxOutputTokens: 128_000, adaptiveThinking: true, effort: true };
}

/** Models before adaptive thinking: 200,000 tokens of context, replies of up to 64,000. */
function older(effort: boolean, ...prices: Price[]): ModelFacts {
  return { prices, contextTokens: 200_000, maxOutputTokens: 64_000, adaptiveThinking: false, effort };
}

const HAIKU_4_5 = older(false, price(1, 5));
const OPUS_4_5 = older(true, price(5, 25));

export const MODELS: Readonly<Record<string, ModelFacts>> = {
  'claude-fable-5-2': current(),
  'claude-fable-5-1': current(price(10, 50)),
  'claude-fable-5': current(price(10, 50)),
  'claude-mythos-5-2': current(),
  'claude-mythos-5-1': current(),
  'claude-mythos-5': current(),
  'claude-opus-5-5': current(price(4, 20, { cacheRead: 0.2 })),
  'claude-opus-5': current(price(5, 25)),
  'claude-opus-4-8': current(price(5, 25)),
  'claude-opus-4-7': current(price(5, 25)),
  'claude-opus-4-6': current(price(5, 25)),
  'claude-sonnet-5-5': current(price(2, 10)),
  'claude-sonnet-5': current(price(2, 10)),
  'claude-sonnet-4-6': { ...current(), maxOutputTokens: 64_000 },
  'claude-haiku-5-5': current(price(0.1, 0.5, { upToPromptTokens: 100_000 }), price(0.5, 2.5)),
  'claude-haiku-4-5': HAIKU_4_5,
  'claude-haiku-4-5-20251001': HAIKU_4_5,
  'claude-opus-4-5': OPUS_4_5,
  'claude-opus-4-5-20251101': OPUS_4_5,
};

const UNKNOWN_MODEL: ModelFacts = {
  prices: [],
  contextTokens: 200_000,
  maxOutputTokens: 32_000,
  adaptiveThinking: false,
  effort: false,
};

/** Models that are gone or about to go, by the start of their id, with the day of their end and what to use. */
const RETIRED: readonly { prefix: string; end: string; use: string }[] = [
  { prefix: 'claude-sonnet-4-5', end: '2026-11-30', use: 'claude-sonnet-5-5' },
  { prefix: 'claude-opus-4-1', end: 'already', use: DEFAULT_MODEL },
  { prefix: 'claude-opus-4-0', end: 'already', use: DEFAULT_MODEL },
  { prefix: 'claude-opus-4-2025', end: 'already', use: DEFAULT_MODEL },
  { prefix: 'claude-sonnet-4-0', end: 'already', use: 'claude-sonnet-5-5' },
  { prefix: 'claude-sonnet-4-2025', end: 'already', use: 'claude-sonnet-5-5' },
  { prefix: 'claude-3', end: 'already', use: DEFAULT_MODEL },
  { prefix: 'claude-2', end: 'already', use: DEFAULT_MODEL },
  { prefix: 'claude-instant', end: 'already', use: 'claude-haiku-5-5' },
];

export function factsOf(model: string): ModelFacts {
  return MODELS[model] ?? UNKNOWN_MODEL;
}

/** Throws UserError for a model id that cannot work: retired, or one with a date that it does not have. */
export function checkModel(model: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:@/-]*$/.test(model)) {
    throw new UserError(`"${model}" is not a model id`, { hint: `Use an id such as ${DEFAULT_MODEL}.` });
  }
  const retired = RETIRED.find(({ prefix }) => model.startsWith(prefix));
  if (retired) {
    const when = retired.end === 'already' ? 'is no longer offered' : `ends on ${retired.end}`;
    throw new UserError(`model ${model} ${when}`, { hint: `Use ${retired.use} instead.` });
  }
  const dated = /^(claude-[a-z]+-5(?:-\d)?)-\d{8}$/.exec(model);
  if (dated) {
    throw new UserError(`there is no model ${model}: ids of this generation carry no date`, {
      hint: `Use ${dated[1]}.`,
    });
  }
}
