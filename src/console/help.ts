/** What /help, /tools, /approvals and /open print. Pure. */
import type { Session, ToolListing } from '../session.js';
import { targetText } from './approval-lines.js';
import { COMMANDS } from './slash.js';
import { bold, clean, cleanLine, dim, EMPTY, hang, type Line, padEnd, span, tinted, width } from './text.js';

const KEYS: ReadonlyArray<[string, string]> = [
  ['Enter', 'send; while Claude works, the line waits its turn'],
  ['Alt+Enter, Ctrl+J, \\ Enter', 'a new line'],
  ['Up, Down', 'earlier lines'],
  ['Tab', 'complete a command, a tool or an argument'],
  ['Esc', 'interrupt Claude; in an approval: deny this call'],
  ['Ctrl+C', 'clear the line; else interrupt; twice: leave'],
  ['Ctrl+D', 'leave, on an empty line'],
];

export function helpLines(columns: number): Line[] {
  const commands = COMMANDS.map((command): [string, string] => [command.usage, command.what]);
  return [
    [
      span(
        'Ask in plain words; Claude calls the tools. Anything that changes something is judged, and asks you first.',
      ),
    ],
    EMPTY,
    ...twoColumns(commands, columns),
    EMPTY,
    ...twoColumns([...KEYS], columns),
  ].flatMap((row) => (row.length === 1 ? hang([], [], row, columns) : [row]));
}

function twoColumns(rows: [string, string][], columns: number): Line[] {
  const left = Math.max(...rows.map(([name]) => width(name))) + 2;
  if (left > columns / 2) {
    return rows.flatMap(([name, what]) => [[bold(name)], ...hang([span('  ')], [span('  ')], [dim(what)], columns)]);
  }
  return rows.flatMap(([name, what]) =>
    hang([bold(padEnd(name, left))], [span(' '.repeat(left))], [dim(what)], columns),
  );
}

/** Every tool by server, with what it does to the world where that is more than reading. */
export function toolsLines(tools: readonly ToolListing[], columns: number): Line[] {
  if (tools.length === 0) return [[span('No tools are available.')]];
  const servers = [...new Set(tools.map((tool) => tool.server))];
  const left = Math.max(...tools.map((tool) => width(tool.name))) + 2;
  return servers.flatMap((server, index) => [
    ...(index === 0 ? [] : [EMPTY]),
    [bold(cleanLine(server))],
    ...tools
      .filter((tool) => tool.server === server)
      .flatMap((tool) => {
        const verb = tool.verb === 'read' ? [] : [tinted(`${tool.verb} `, tool.verb === 'delete' ? 'bad' : 'warn')];
        const name = padEnd(cleanLine(tool.name), left);
        return hang([span(`  ${name}`)], [span(' '.repeat(left + 2))], [...verb, dim(cleanLine(tool.title))], columns);
      }),
  ]);
}

export function grantLines(grants: Session['grants'], columns: number): Line[] {
  if (grants.length === 0) return [[span('Nothing is allowed for the session; every change asks.')]];
  return [
    ...grants.flatMap((grant, index) =>
      hang(
        [bold(`${index + 1}. `)],
        [span('   ')],
        [
          span(cleanLine(grant.tool)),
          dim(` · ${targetText(grant.target)} · rules ${cleanLine(grant.rules.join(', '))}`),
        ],
        columns,
      ),
    ),
    [dim('/approvals revoke N takes one back')],
  ];
}

/** Withheld text is shown to the operator only, and marked in every row, so that nobody takes it for an answer. */
export function withheldLines(part: ReturnType<Session['quarantined']>, reference: string, columns: number): Line[] {
  if (!part) return [[tinted(`Nothing is withheld as ${cleanLine(reference)}.`, 'warn')]];
  const head = `${cleanLine(part.reference)} from ${cleanLine(part.source)}: withheld because of ${cleanLine(part.families.join(', '))}`;
  const bar = [tinted('┃ ', 'bad')];
  return [
    ...hang([], [], [tinted(head, 'bad')], columns),
    ...clean(part.text)
      .split('\n')
      .flatMap((row) => hang(bar, bar, [span(row)], columns)),
  ];
}
