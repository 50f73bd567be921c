/** The whole console: scrollback, live region, keyboard. State lives in the store; nothing here has any. */
import type { Key } from '../keys.js';
import type { Screen, Store } from '../store.js';
import { Keyboard } from './Keyboard.js';
import { LiveRegion } from './LiveRegion.js';
import { Transcript } from './Transcript.js';

export interface AppProps {
  store: Store;
  onKey(key: Key): void;
  onPaste(text: string): void;
  onCommit(screen: Screen): void;
}

export function App({ store, onKey, onPaste, onCommit }: AppProps) {
  return (
    <>
      <Transcript source={store.transcript} />
      <LiveRegion source={store.screen} onCommit={onCommit} />
      <Keyboard onKey={onKey} onPaste={onPaste} />
    </>
  );
}
