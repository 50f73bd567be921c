/** The last line of the screen: what answers, what it talks to, what it has cost. Drops items that do not fit. Pure. */
import type { Usage } from '../agent/events.js';
import type { BackendStatus, SessionInfo } from '../session.js';
import type { State } from './state.js';
import { cleanLine, cutLine, dim, EMPTY, type Line, lineWidth, type Span, tinted } from './text.js';

export function footerLine(state: State, info: SessionInfo, columns: number): Line {
  const model = info.model === null && !info.scripted ? tinted('no model', 'warn') : dim(modelName(state));
  const full = info.backends.map((backend) => backendSpan(backend, backendText(backend)));
  // The scope of a demo may go; the context of something live is the last thing to go.
  const brief = info.backends.map((backend) =>
    backendSpan(backend, backend.mode === 'demo' ? `${cleanLine(backend.server)} demo` : backendText(backend)),
  );
  const tokens = dim(tokensText(state.usage));
  // Nobody pays for a script, whatever its tokens would cost.
  const cost = dim(info.scripted ? '' : costText(state.usage));
  const context = dim(state.contextTokens > 0 ? `context ${short(state.contextTokens)}` : '');
  const warning = tinted(info.warnings.length > 0 ? warningText(info.warnings) : '', 'warn');
  const choices = [
    [model, ...full, tokens, cost, context, warning],
    [model, ...full, tokens, cost, warning],
    [model, ...full, cost, warning],
    [...full, cost, warning],
    [...brief, cost, warning],
    [warning, ...brief],
  ].map(joined);
  return choices.find((choice) => lineWidth(choice) <= columns) ?? cutLine(choices.at(-1) ?? EMPTY, columns);
}

function joined(spans: Span[]): Line {
  return spans.filter((part) => part.text !== '').flatMap((part, index) => (index === 0 ? [part] : [dim(' · '), part]));
}

export function modelName(state: State): string {
  if (state.info?.scripted) return 'scripted Claude';
  return cleanLine(state.info?.model ?? 'no model');
}

export function backendText(backend: BackendStatus): string {
  const name = cleanLine(backend.server);
  if (backend.mode === 'off') return `${name} off`;
  const scope = cleanLine(backend.scope);
  return scope.startsWith(`${backend.mode}:`)
    ? `${name} ${scope}`
    : `${name} ${backend.mode}${scope === '' ? '' : `: ${scope}`}`;
}

function backendSpan(backend: BackendStatus, text: string): Span {
  return backend.problem === undefined ? dim(text) : tinted(`${text} ✗`, 'bad');
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
