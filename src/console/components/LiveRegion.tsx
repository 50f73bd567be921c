/** Everything below the scrollback as one text: cheaper to lay out than a tree, and every line is one row already. */
import { Text, useCursor } from 'ink';
import { memo, useInsertionEffect, useSyncExternalStore } from 'react';
import type { Screen, Source } from '../store.js';

export interface LiveRegionProps {
  source: Source<Screen>;
  /** Told which screen the next frame shows. */
  onCommit(screen: Screen): void;
}

export const LiveRegion = memo(function LiveRegion({ source, onCommit }: LiveRegionProps) {
  const screen = useSyncExternalStore(source.subscribe, source.snapshot);
  const { setCursorPosition } = useCursor();
  setCursorPosition(screen.cursor ?? undefined);
  useInsertionEffect(() => onCommit(screen), [screen, onCommit]);
  return <Text>{screen.text}</Text>;
});
