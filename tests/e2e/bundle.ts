/** Makes a program of a test's own out of the sources, the way the build does, in a folder that is removed afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

export interface Bundle {
  /** The program, to be run by node. */
  file: string;
  remove(): void;
}

export async function bundle(entry: string): Promise<Bundle> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcp-chat-bundle-'));
  await build({
    entryPoints: { program: entry },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
    plugins: [
      {
        name: 'without-devtools',
        setup(plugin) {
          plugin.onResolve({ filter: /^react-devtools-core$/ }, (args) => ({ path: args.path, namespace: 'empty' }));
          plugin.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};' }));
        },
      },
    ],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return { file: path.join(folder, 'program.mjs'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
