/** Finds the files of scenarios: those that come with mcp-chat by name, any other by its path. Reads text and parses nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { packageRoot } from '../root.js';

export interface ScenarioFile {
  /** The file's name without its ending. */
  name: string;
  file: string;
  text: string;
}

/** Throws UserError where there is no such scenario. */
export function findScenario(nameOrFile: string, folder = scenarioFolder()): ScenarioFile {
  const looksLikeFile = /[/\\]|\.ya?ml$/.test(nameOrFile);
  const file = looksLikeFile ? nameOrFile : path.join(folder, `${nameOrFile}.yaml`);
  try {
    return { name: scenarioName(file), file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    if (looksLikeFile) throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
    throw new UserError(`there is no demo "${nameOrFile}"`, {
      hint: `There are: ${scenarioNames(folder).join(', ') || 'none'}.`,
    });
  }
}

/** Those that come with mcp-chat. */
export function scenarioNames(folder = scenarioFolder()): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map(scenarioName)
    .sort();
}

/** Of a file that is not parsed yet; the name of the file where there is no such line. */
export function quickTitle({ name, text }: ScenarioFile): string {
  const title = /^title:[ \t]*(.+?)[ \t]*$/m.exec(text)?.[1] ?? name;
  return title.replace(/^(["'])(.*)\1$/, '$2');
}

export function scenarioName(file: string): string {
  return path.basename(file).replace(/\.ya?ml$/, '');
}

function scenarioFolder(): string {
  return path.join(packageRoot(), 'mock-data', 'scenarios');
}
