/** Finding and reading world files. A world that is wrong is refused with file and place. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { messageOf, UserError } from '../../../errors.js';
import { packageRoot } from '../../../root.js';
import { type World, WorldSchema } from './schema.js';

const folder = (): string => path.join(packageRoot(), 'mock-data', 'kubernetes');

export interface WorldSummary {
  name: string;
  description: string;
}

/** The worlds that can be asked for, by name. Files that start with `_` are parts of others. */
export async function listWorlds(): Promise<WorldSummary[]> {
  const files = (await readdir(folder())).filter((file) => file.endsWith('.yaml') && !file.startsWith('_'));
  const worlds = await Promise.all(files.sort().map((file) => readWorld(file.replace(/\.yaml$/, ''))));
  return worlds.map(({ name, description }) => ({ name, description }));
}

async function readWorld(name: string): Promise<World> {
  const file = path.join(folder(), `${name}.yaml`);
  let source: string;
  try {
    source = await readFile(file, 'utf8');
  } catch {
    const known = (await readdir(folder())).filter((item) => item.endsWith('.yaml') && !item.startsWith('_'));
    throw new UserError(`there is no world "${name}"`, {
      hint: `Known worlds: ${known
        .map((item) => item.replace(/\.yaml$/, ''))
        .sort()
        .join(', ')}.`,
    });
  }
  let document: unknown;
  try {
    document = parse(source);
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}`);
  }
  const parsed = WorldSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(`${file}: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not a world'}`);
}

/** A world with everything it extends; what it says itself comes after, and its programs before, what it extends. */
export async function loadWorld(name: string): Promise<World> {
  if (!/^[a-z0-9_][a-z0-9-]*$/.test(name)) throw new UserError(`"${name}" is no name of a world`);
  const world = await readWorld(name);
  if (world.extends === undefined) return world;
  const base = await loadWorld(world.extends);
  return {
    ...world,
    nodes: world.nodes.length > 0 ? world.nodes : base.nodes,
    namespaces: { ...base.namespaces, ...world.namespaces },
    programs: [...world.programs, ...base.programs],
    workloads: overridden(base.workloads, world.workloads),
    objects: [...base.objects, ...world.objects],
    happenings: [...base.happenings, ...world.happenings],
  };
}

/** A workload that is described again takes the place of the one before. */
function overridden(base: World['workloads'], own: World['workloads']): World['workloads'] {
  const key = (workload: World['workloads'][number]) => `${workload.kind}/${workload.namespace}/${workload.name}`;
  const again = new Map(own.map((workload) => [key(workload), workload]));
  const kept = base.map((workload) => again.get(key(workload)) ?? workload);
  const known = new Set(base.map(key));
  return [...kept, ...own.filter((workload) => !known.has(key(workload)))];
}
