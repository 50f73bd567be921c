#!/usr/bin/env node
// Checks the Node version before anything that needs it is loaded, so this file keeps to syntax that old versions read.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  console.error(
    'mcp-chat needs Node 22.19 or newer; this is Node ' + process.versions.node + ' (' + process.execPath + ').',
  );
  process.exit(2);
}
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
