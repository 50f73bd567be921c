/** The first lines of a session. Pure. */
import { backendText, modelName } from './footer.js';
import type { State } from './state.js';
import { bold, cleanLine, dim, hang, type Line, type Span, span, tinted } from './text.js';

export function welcomeLines(state: State, columns: number): Line[] {
  const { info, replay } = state;
  const version = cleanLine(info?.version ?? state.welcome.version);
  const head: Span[] = [bold('mcp-chat'), dim(version === '' ? '' : ` ${version}`)];
  if (!info) return [[...head, dim(state.leaving ? '' : ' · connecting…')]];
  const rules = info.rules === 1 ? '1 rule' : `${info.rules} rules`;
  const model = info.model === null && !info.scripted ? [] : [dim(' · '), span(modelName(state))];
  const lines: Line[] = [...hang([], [span('  ')], [...head, ...model, dim(` · ${rules}`)], columns)];
  for (const backend of info.backends) {
    const problem = backend.problem === undefined ? [] : [tinted(` — ${cleanLine(backend.problem)}`, 'bad')];
    lines.push(...hang([span('  ')], [span('    ')], [span(backendText(backend)), ...problem], columns));
  }
  for (const warning of info.warnings) {
    lines.push(...hang([span('  ')], [span('    ')], [tinted(`⚠ ${cleanLine(warning)}`, 'warn')], columns));
  }
  if (replay) {
    const title = ` · ${cleanLine(replay.title)}`;
    const banner = [
      {
        text: 'REPLAY: Claude’s part is scripted; tools, gate and servers are real',
        style: { bold: true, color: 'warn' },
      } as const,
      dim(title),
    ];
    return [...lines, ...hang([], [], banner, columns)];
  }
  if (info.model === null && !info.scripted) return [...lines, ...noModelLines(columns)];
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
