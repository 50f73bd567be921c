/** Finds and reads scenarios: those that come with mcp-chat by name, any other by its file. Reads files, nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { packageRoot } from '../root.js';
import { type Scenario, scenarioSchema } from './format.js';
import { parsePath } from './values.js';
import { parseYaml } from './yaml.js';

export interface LoadedScenario {
  /** The file's name without its ending. */
  name: string;
  file: string;
  scenario: Scenario;
}

/** Throws UserError with file, line and column for whatever is wrong. */
export function parseScenario(text: string, file: string): LoadedScenario {
  const scenario = parseYaml(text, file, scenarioSchema);
  checkReferences(scenario, file);
  return { name: path.basename(file).replace(/\.ya?ml$/, ''), file, scenario };
}

export function loadScenario(nameOrFile: string, folder = scenarioFolder()): LoadedScenario {
  const looksLikeFile = /[/\\]|\.ya?ml$/.test(nameOrFile);
  const file = looksLikeFile ? nameOrFile : path.join(folder, `${nameOrFile}.yaml`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (looksLikeFile) throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
    const names = scenarioNames(folder);
    throw new UserError(`there is no demo "${nameOrFile}"`, { hint: `There are: ${names.join(', ') || 'none'}.` });
  }
  return parseScenario(text, file);
}

/** Those that come with mcp-chat, by name. */
export function listScenarios(folder = scenarioFolder()): LoadedScenario[] {
  return scenarioNames(folder).map((name) => loadScenario(name, folder));
}

function scenarioNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

function scenarioFolder(): string {
  return path.join(packageRoot(), 'mock-data', 'scenarios');
}

/** A reference must be a path and name a call that came before it: a play must not break off in front of an audience. */
function checkReferences(scenario: Scenario, file: string): void {
  const known = new Set<string>();
  for (const [turnNumber, turn] of scenario.turns.entries()) {
    for (const [replyNumber, reply] of turn.claude.entries()) {
      const where = `${file}: turns[${turnNumber}].claude[${replyNumber}]`;
      for (const condition of Object.keys(reply.if ?? {})) requireKnown(condition, known, where);
      const { calls, text, thinking } = reply;
      for (const reference of JSON.stringify([text, thinking, calls]).matchAll(/\$\{([^}]+)\}/g)) {
        requireReference(reference[1] ?? '', known, where);
      }
      for (const { as } of calls ?? []) if (as) known.add(as);
    }
  }
}

function requireReference(reference: string, known: ReadonlySet<string>, where: string): void {
  try {
    parsePath(reference);
  } catch (error) {
    throw new UserError(`${where}: ${messageOf(error)}`);
  }
  const [alias = '', part = ''] = reference.split(/[.[]/);
  requireKnown(alias, known, where);
  if (part !== 'data' && part !== 'text') {
    throw new UserError(`${where}: "\${${reference}}" must go on with .data or .text`);
  }
}

function requireKnown(alias: string, known: ReadonlySet<string>, where: string): void {
  if (known.has(alias)) return;
  const names = [...known].join(', ') || 'none';
  throw new UserError(`${where}: no earlier call is named "${alias}"`, { hint: `Named so far: ${names}.` });
}
