import type { RecordSink } from '../ports/event-log.js';
import { type FoldPorts, type FoldResult, foldChunk } from './fold-events.js';

/** Folds what a source delivers. The position moves in the transaction that folds; whoever is late changes nothing. */
export function createFoldSink(ports: FoldPorts, onFolded: (result: FoldResult) => void): RecordSink {
  return {
    positions: () => ports.store.positions(),
    take: async (partition, records) => {
      const result = await foldChunk(ports, partition, records);
      if (result === undefined) return false;
      onFolded(result);
      return true;
    },
  };
}
