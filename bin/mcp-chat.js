#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// Checks the Node version before anything that needs it is loaded, so this file keeps to syntax that old versions read.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  console.error(
    'mcp-chat needs Node 22.19 or newer; this is Node ' + process.versions.node + ' (' + process.execPath + ').',
  );
  process.exit(2);
}
// Reading a large cluster makes gigabytes of short-lived objects a few megabytes at a time. V8 answers by letting its young
// generation grow to 128 MB; kept small, the peak of memory is a third lower and the time the same.
setFlagsFromString('--semi-space-growth-factor=1');
// chalk reads FORCE_COLOR when it is loaded and knows nothing of NO_COLOR (https://no-color.org).
if (process.env.NO_COLOR && process.env.FORCE_COLOR === undefined) process.env.FORCE_COLOR = '0';
import('../dist/cli.js').then(
  (cli) => cli.main(process.argv.slice(2)),
  (error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error('mcp-chat is not built: run "npm run build" first. (' + error.message + ')');
    process.exit(2);
  },
);
