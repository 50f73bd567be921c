/** The last line of the screen: what answers, what it talks to, what it has cost. Drops items that do not fit. Pure. */
import type { Usage } from '../agent/events.js';
import type { BackendStatus } from '../session.js';
import type { State } from './state.js';
import { cleanLine, cutLine, dim, type Line, lineWidth, type Span, tinted } from './text.js';

interface Item {
  spans: Span[];
  /** Lower stays longer. */
  rank: number;
}

export function footerLine(state: State, columns: number): Line {
  const { info } = state;
  if (!info) return [dim('connecting…')];
  const items: Item[] = [
    { spans: [info.model === null && !info.scripted ? tinted('no model', 'warn') : dim(modelName(state))], rank: 2 },
    ...info.backends.map((backend) => ({ spans: [backendSpan(backend)], rank: 1 })),
    { spans: [dim(tokensText(state.usage))], rank: 4 },
    { spans: [dim(costText(state.usage))], rank: 3 },
    ...(state.contextTokens > 0 ? [{ spans: [dim(`context ${short(state.contextTokens)}`)], rank: 5 }] : []),
    ...(info.warnings.length > 0 ? [{ spans: [tinted(warningText(info.warnings), 'warn')], rank: 0 }] : []),
  ].filter((item) => item.spans.some((part) => part.text !== ''));
  return cutLine(joined(fitting(items, columns)), columns);
}

export function modelName(state: State): string {
  if (state.info?.scripted) return 'scripted Claude';
  return cleanLine(state.info?.model ?? state.welcome.model ?? 'no model');
}

export function backendText(backend: BackendStatus): string {
  const name = cleanLine(backend.server);
  if (backend.mode === 'off') return `${name} off`;
  const scope = cleanLine(backend.scope);
  return scope.startsWith(backend.mode)
    ? `${name} ${scope}`
    : `${name} ${backend.mode}${scope === '' ? '' : `: ${scope}`}`;
}

function backendSpan(backend: BackendStatus): Span {
  if (backend.problem !== undefined) return tinted(`${backendText(backend)} ✗`, 'bad');
  return dim(backendText(backend));
}

function warningText(warnings: string[]): string {
  const [first, ...rest] = warnings;
  return rest.length === 0 ? `⚠ ${cleanLine(first ?? '')}` : `⚠ ${warnings.length} warnings: ${cleanLine(first ?? '')}`;
}

export function short(count: number): string {
  if (count < 1_000) return String(count);
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

function tokensText(usage: Usage): string {
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return read + usage.outputTokens === 0 ? '' : `${short(read)} in ${short(usage.outputTokens)} out`;
}

function costText(usage: Usage): string {
  if (usage.costUsd === null) return 'cost unknown';
  return usage.costUsd === 0 ? '' : `$${usage.costUsd.toFixed(usage.costUsd < 1 ? 3 : 2)}`;
}

const joined = (items: Item[]): Line =>
  items.flatMap((item, index) => (index === 0 ? item.spans : [dim(' · '), ...item.spans]));

function fitting(items: Item[], columns: number): Item[] {
  let kept = items;
  while (kept.length > 1 && lineWidth(joined(kept)) > columns) {
    const worst = Math.max(...kept.map((item) => item.rank));
    if (worst <= 0) break;
    const at = kept.findLastIndex((item) => item.rank === worst);
    kept = kept.filter((_, index) => index !== at);
  }
  return kept;
}
