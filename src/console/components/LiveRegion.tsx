/** Everything below the scrollback as one text: cheaper to lay out than a tree, and every line is one row already. */
import { Text, useCursor } from 'ink';
import { memo, useSyncExternalStore } from 'react';
import type { Screen, Source } from '../store.js';

export const LiveRegion = memo(function LiveRegion({ source }: { source: Source<Screen> }) {
  const { text, cursor } = useSyncExternalStore(source.subscribe, source.snapshot);
  const { setCursorPosition } = useCursor();
  setCursorPosition(cursor ?? undefined);
  return <Text>{text}</Text>;
});
