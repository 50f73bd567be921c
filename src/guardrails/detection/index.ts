/** Detection of text that tries to instruct the model. A sensor, never the barrier: it raises what must be approved. */
export { countHidden, stripHidden } from './hidden.js';
export { type Scan, type ScanKind, type ScanSpan, scanText } from './scan.js';
export { scopeOf } from './scope.js';
