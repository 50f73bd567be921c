/**
 * Runs the benchmarks of this folder, all or those named, and holds each figure to its budget:
 *   npm run bench            all of them
 *   npm run bench -- gate    only bench/gate.ts
 * Exit code 1 where a figure misses its budget. Figures are medians or ratios within one run; absolute times depend on
 * the machine and are printed for reading only.
 */
import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import type { Bench, BenchResult } from './types.ts';

// Node runs TypeScript as it is, but takes `./x.js` literally where the source is x.ts.
registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!specifier.startsWith('.') || !specifier.endsWith('.js')) throw error;
      return next(specifier.replace(/\.js$/, '.ts'), context);
    }
  },
});

const NOT_BENCHES = ['run.ts', 'types.ts', 'measure.ts'];
const folder = import.meta.dirname;
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !NOT_BENCHES.includes(file))
  .map((file) => path.basename(file, '.ts'));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark "${unknown.join('", "')}"; there are: ${known.join(', ')}`);
  process.exit(2);
}

let missed = 0;
for (const name of wanted.length > 0 ? wanted : known) {
  console.log(`\n${name}`);
  const { default: bench } = (await import(path.join(folder, `${name}.ts`))) as { default: Bench };
  for (const result of await bench()) {
    const ok = within(result);
    if (!ok) missed += 1;
    console.log(
      `  ${ok ? ' ' : '!'} ${result.name.padEnd(64)} ${format(result.value)} ${result.unit}${budgetText(result)}`,
    );
  }
}
console.log(missed > 0 ? `\n${missed} figures miss their budget` : '\nall within budget');
process.exitCode = missed > 0 ? 1 : 0;

function within({ value, budget }: BenchResult): boolean {
  return !(
    budget &&
    ((budget.max !== undefined && value > budget.max) || (budget.min !== undefined && value < budget.min))
  );
}

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

function budgetText({ budget }: BenchResult): string {
  if (!budget) return '';
  const parts = [
    budget.max === undefined ? [] : [`at most ${budget.max}`],
    budget.min === undefined ? [] : [`at least ${budget.min}`],
  ];
  return `  (${parts.flat().join(', ')})`;
}
