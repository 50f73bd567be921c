/** Talking to Claude without a terminal: for pipes, scripts and pipelines. */
export { approveByRules } from './approve-by-rules.js';
export { exitCodeOf } from './exit-code.js';
export { type OutputFormat, runHeadless } from './run.js';
