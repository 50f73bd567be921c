/** Reads scenarios: the file through the schema, then what a schema cannot see. */
import { messageOf, UserError } from '../errors.js';
import { findScenario, scenarioName, scenarioNames } from './find.js';
import { type Scenario, scenarioSchema } from './format.js';
import { parsePath } from './values.js';
import { parseYaml } from './yaml.js';

export interface LoadedScenario {
  name: string;
  file: string;
  scenario: Scenario;
}

/** Throws UserError with file, line and column for whatever is wrong. */
export function parseScenario(text: string, file: string): LoadedScenario {
  const scenario = parseYaml(text, file, scenarioSchema);
  checkReferences(scenario, file);
  return { name: scenarioName(file), file, scenario };
}

/** By name, or by file. */
export function loadScenario(nameOrFile: string): LoadedScenario {
  const { text, file } = findScenario(nameOrFile);
  return parseScenario(text, file);
}

/** Those that come with mcp-chat, by name. */
export function listScenarios(): LoadedScenario[] {
  return scenarioNames().map((name) => loadScenario(name));
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
