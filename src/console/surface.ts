/** Where a console shows itself and is typed at. Two exist: Ink's screen, and plain lines for terminals that cannot move a cursor. */
import type { Clock } from '../clock.js';
import type { Store } from './store.js';

export interface SurfaceOptions {
  store: Store;
  clock: Clock;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** Called when the surface itself ends: with what broke it, or without where its input is at its end. */
  onEnd(error?: unknown): void;
}

export interface Surface {
  /** Resolves when what was last drawn has been written. */
  drawn(): Promise<void>;
  /** Puts the terminal back as it was. */
  close(): Promise<void>;
}
