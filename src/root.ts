/** Where the package lies on disk: policies and mock data are read from there, built or not. */
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder that holds this package's package.json and policies. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!(existsSync(path.join(folder, 'package.json')) && existsSync(path.join(folder, 'policies')))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('the files of mcp-chat are not where they should be; install it again');
    folder = parent;
  }
  return folder;
}
