/** Hands keys and pastes on. Draws nothing and decides nothing. */
import { useInput, usePaste } from 'ink';
import { type Key, keysOf } from '../keys.js';

export function Keyboard({ onKey, onPaste }: { onKey(key: Key): void; onPaste(text: string): void }) {
  useInput((input, key) => {
    if (key.eventType === 'release') return;
    for (const one of keysOf(input, key)) onKey(one);
  });
  usePaste(onPaste);
  return null;
}
