/**
 * Trains the small model of src/guardrails/detection from the corpora of the tests and writes its weights:
 * `node bench/training/detection.ts`. The same corpora give the same weights. Of the held-out corpora only the first
 * half (`heldout-`) is learnt; `heldout2-` stays unseen, to measure with.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const { BUCKETS, eachFeature } = (await import(
  path.join(root, 'src/guardrails/detection/features.ts')
)) as typeof import('../../src/guardrails/detection/features.js');
const lines = (file: string): string[] =>
  readFileSync(path.join(root, 'tests/fixtures/detection', file), 'utf8')
    .split('\n')
    .flatMap((line) => line.replaceAll('\\n', '\n').split('\n'))
    .filter((line) => line.trim() !== '' && line !== '---');

interface Example {
  features: number[];
  attack: boolean;
  /** Plain prose, of which far more is at hand than of what operators and clusters say. */
  prose: boolean;
  weight: number;
}

function example(text: string, attack: boolean, weight: number, prose = false): Example {
  const features = new Set<number>();
  eachFeature(text, 0, text.length, (bucket) => features.add(bucket));
  return { features: [...features], attack, prose, weight };
}

const CORPORA = {
  prompt: {
    attacks: [
      'attack-prompts.txt',
      'attack-prompts-hard.txt',
      'heldout-attack-prompts.txt',
      'attack-model-prompts.txt',
    ],
    benign: ['benign-prompts.txt', 'heldout-benign-prompts.txt', 'benign-model.txt'],
    also: [] as string[],
    prose: 0.3,
  },
  result: {
    attacks: [
      'attack-results.txt',
      'attack-results-hard.txt',
      'heldout-attack-results.txt',
      'attack-model-results.txt',
    ],
    benign: ['benign-results.txt', 'heldout-benign-results.txt', 'benign-model-results.txt'],
    also: ['attack-prompts.txt', 'heldout-attack-prompts.txt', 'attack-model-prompts.txt'],
    prose: 0.3,
  },
};

interface Trained {
  bias: number;
  weights: Float64Array;
}

const EPOCHS = 20;
const RATE = 0.5;
const DECAY = 2e-4;

function train(examples: readonly Example[]): Trained {
  const weights = new Float64Array(BUCKETS);
  const squares = new Float64Array(BUCKETS).fill(1e-3);
  let bias = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let step = 0; step < examples.length; step++) {
      const at = (step * 7919 + epoch * 31) % examples.length;
      const one = examples[at];
      if (!one || one.features.length === 0) continue;
      const size = 1 / Math.sqrt(one.features.length);
      const error = (sigmoid(oddsOf({ bias, weights }, one)) - (one.attack ? 1 : 0)) * one.weight;
      bias -= 0.02 * error;
      for (const feature of one.features) {
        const slope = error * size + DECAY * (weights[feature] ?? 0);
        squares[feature] = (squares[feature] ?? 0) + slope * slope;
        weights[feature] = (weights[feature] ?? 0) - (RATE * slope) / Math.sqrt(squares[feature] ?? 1);
      }
    }
  }
  return { bias, weights };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function oddsOf({ bias, weights }: Trained, { features }: Example): number {
  let sum = 0;
  for (const feature of features) sum += weights[feature] ?? 0;
  return bias + sum / Math.sqrt(Math.max(1, features.length));
}

const FOLDS = 5;

/** The bias is moved so that zero is where, on texts not learnt, only this share of the harmless ones lies above. */
const ALARMS = { prompt: 0.05, result: 0.05 } as const;

const output: string[] = [];
for (const kind of ['prompt', 'result'] as const) {
  const { attacks, benign, also, prose } = CORPORA[kind];
  const examples = [
    ...attacks.flatMap(lines).map((line) => example(line, true, 1)),
    ...also.flatMap(lines).map((line) => example(line, true, 0.4)),
    ...benign.flatMap(lines).map((line) => example(line, false, 1)),
    ...lines('benign-prose.txt').map((line) => example(line, false, prose, true)),
  ];
  const unseen = Array.from({ length: FOLDS }, (_, fold) => {
    const learnt = train(examples.filter((_, index) => index % FOLDS !== fold));
    return examples
      .filter((_, index) => index % FOLDS === fold)
      .map((one) => ({ odds: oddsOf(learnt, one), attack: one.attack, prose: one.prose }));
  }).flat();
  const harmless = unseen.filter(({ attack, prose }) => !attack && !prose).sort((a, b) => b.odds - a.odds);
  const zero = harmless[Math.floor(harmless.length * ALARMS[kind])]?.odds ?? 0;
  const odd = unseen.filter(({ attack }) => attack);
  const caught = odd.filter(({ odds }) => odds > zero).length;
  console.log(
    `${kind}: ${examples.length} texts; of attacks held out in turn ${((100 * caught) / odd.length).toFixed(0)} % lie above zero`,
  );
  const { bias, weights } = train(examples);
  const scale = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 127;
  const bytes = Int8Array.from(weights, (weight) => Math.round(weight / scale));
  const text = Buffer.from(bytes.buffer).toString('base64');
  output.push(
    `  ${kind}: {\n    bias: ${(bias - zero).toFixed(4)},\n    scale: ${scale.toFixed(6)},\n    weights:\n      '${text}',\n  },`,
  );
}
writeFileSync(
  path.join(root, 'src/guardrails/detection/weights.ts'),
  `/** Weights of the small model, one signed byte per bucket, base64. Written by bench/training/detection.ts; not edited. */\nexport const MODEL = {\n${output.join('\n')}\n} as const;\n`,
);
