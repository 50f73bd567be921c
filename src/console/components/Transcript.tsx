/** The scrollback. Alone in a memo with a store of its own: Ink repaints at once, past its frame limit, when it changes. */
import { Static, Text } from 'ink';
import { memo, useSyncExternalStore } from 'react';
import type { Source } from '../store.js';

export const Transcript = memo(function Transcript({ source }: { source: Source<readonly string[]> }) {
  const batches = useSyncExternalStore(source.subscribe, source.snapshot);
  return <Static items={[...batches]}>{(batch, index) => <Text key={index}>{batch}</Text>}</Static>;
});
