/** The first lines of a session: what is known at once, and what is known when the back ends are there. Pure. */
import type { SessionInfo } from '../session.js';
import { backendText, modelName } from './footer.js';
import type { State } from './state.js';
import { bold, cleanLine, dim, hang, type Line, type Span, span, tinted } from './text.js';

const BANNER: Span = {
  text: 'REPLAY: Claude’s part is scripted; tools, gate and servers are real',
  style: { bold: true, color: 'warn' },
};

/** In the scrollback from the first frame on: a live region at the very top would leave a copy behind in some terminals. */
export function welcomeLines({ welcome, replay }: State, columns: number): Line[] {
  const head: Line = [bold('mcp-chat'), dim(` ${cleanLine(welcome.version)}`)];
  if (!replay) return [head];
  return [head, ...hang([], [], [BANNER], columns), ...hang([], [], [dim(cleanLine(replay.title))], columns)];
}

export function connectedLines(state: State, info: SessionInfo, columns: number): Line[] {
  const lines: Line[] = [];
  for (const backend of info.backends) {
    const problem = backend.problem === undefined ? [] : [tinted(` — ${cleanLine(backend.problem)}`, 'bad')];
    lines.push(...hang([span('  ')], [span('    ')], [span(backendText(backend)), ...problem], columns));
  }
  const rules = info.rules === 1 ? '1 guardrail rule' : `${info.rules} guardrail rules`;
  const silent = info.model === null && !info.scripted;
  lines.push([span('  '), ...(silent ? [] : [span(modelName(state)), dim(' · ')]), dim(rules)]);
  for (const warning of info.warnings) {
    lines.push(...hang([span('  ')], [span('    ')], [tinted(`⚠ ${cleanLine(warning)}`, 'warn')], columns));
  }
  if (state.replay) return lines;
  if (silent) return [...lines, ...noModelLines(columns)];
  return [...lines, [dim('Ask about your clusters. /help shows commands and keys.')]];
}

function noModelLines(columns: number): Line[] {
  return [
    ...hang(
      [],
      [],
      [
        tinted('No Claude: ', 'warn'),
        span('set '),
        bold('ANTHROPIC_API_KEY'),
        span(' and start again to ask in plain words.'),
      ],
      columns,
    ),
    ...hang(
      [],
      [],
      [
        span('Without it: '),
        bold('/call kubernetes.list_pods'),
        span(' here, or '),
        bold('mcp-chat replay checkout-incident'),
        span(' in your shell.'),
      ],
      columns,
    ),
  ];
}
