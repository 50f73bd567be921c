/** Detection of text that tries to instruct the model. A sensor, never the barrier: it raises what must be approved. */
export { countHidden, stripHidden } from './hidden.js';
export { type Scan, type ScanKind, scanText } from './scan.js';
