/** The whole console: scrollback, live region, keyboard. State lives in the store; nothing here has any. */
import type { Key } from '../keys.js';
import type { Store } from '../store.js';
import { Keyboard } from './Keyboard.js';
import { LiveRegion } from './LiveRegion.js';
import { Transcript } from './Transcript.js';

export interface AppProps {
  store: Store;
  onKey(key: Key): void;
  onPaste(text: string): void;
}

export function App({ store, onKey, onPaste }: AppProps) {
  return (
    <>
      <Transcript source={store.transcript} />
      <LiveRegion source={store.screen} />
      <Keyboard onKey={onKey} onPaste={onPaste} />
    </>
  );
}
