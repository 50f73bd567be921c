/**
 * From styled lines to what the terminal understands. The only place that writes colour codes: colours are off where
 * NO_COLOR is set (no-color.org), where the terminal is dumb, and where FORCE_COLOR=0.
 */
import type { Color, Line, Style } from './text.js';

export type Paint = (line: Line) => string;

const COLORS: Record<Color, number> = { accent: 36, good: 32, warn: 33, bad: 31, code: 36, literal: 32, keyword: 35 };

function codes(style: Style): number[] {
  const found: number[] = [];
  if (style.bold) found.push(1);
  if (style.dim) found.push(2);
  if (style.italic) found.push(3);
  if (style.underline) found.push(4);
  if (style.strike) found.push(9);
  if (style.color) found.push(COLORS[style.color]);
  return found;
}

function coloured(line: Line): string {
  let out = '';
  for (const { text, style } of line) {
    const sgr = style ? codes(style) : [];
    out += sgr.length > 0 ? `\u001b[${sgr.join(';')}m${text}\u001b[0m` : text;
  }
  return out;
}

function uncoloured(line: Line): string {
  return line.map((span) => span.text).join('');
}

export function painter(colors: boolean): Paint {
  return colors ? coloured : uncoloured;
}

export function wantsColor(env: NodeJS.ProcessEnv): boolean {
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '')
    return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}
