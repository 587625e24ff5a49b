import { type EventReader, type FoldPorts, foldChunk } from '@keybrake/application';

export interface FoldTurnOptions {
  readonly chunkRecordsMax: number;
  /** Called after each turn, for metrics: records behind the log's end, and what was folded. */
  readonly onProgress: (progress: FoldProgress) => void;
}

export interface FoldProgress {
  readonly lagRecords: bigint;
  readonly folded: number;
  readonly duplicates: number;
  readonly deadLetters: number;
}

/**
 * One turn over all partitions that have something new. Several ledgers may do it at once: the position is moved by
 * compare-and-set in the transaction that folds, and whoever is late drops its chunk.
 */
export function createFoldTurn(ports: FoldPorts, reader: EventReader, options: FoldTurnOptions) {
  return async (): Promise<boolean> => {
    // In this order: read the other way round, another ledger could have passed an end that is already old.
    const positions = await ports.store.positions();
    const ends = await reader.ends();
    let full = false;
    let lagRecords = 0n;
    for (const [partition, end] of ends) {
      const progress = await foldPartition(partition, positions.get(partition) ?? 0n, end);
      if (progress === undefined) continue;
      options.onProgress(progress);
      // A short chunk reached the end: what comes meanwhile waits for the next turn, and is folded in one piece.
      full ||= progress.lagRecords > 0n;
      lagRecords += progress.lagRecords;
    }
    if (lagRecords === 0n) options.onProgress({ lagRecords, folded: 0, duplicates: 0, deadLetters: 0 });
    return full;
  };

  async function foldPartition(partition: number, position: bigint, end: bigint): Promise<FoldProgress | undefined> {
    if (position > end) throw new PositionAhead(partition, position, end);
    if (position === end) return undefined;
    const records = await reader.read(partition, position, options.chunkRecordsMax);
    const result = await foldChunk(ports, partition, records);
    if (result === undefined) return undefined;
    const left = end - position - BigInt(records.length);
    return { lagRecords: left > 0n ? left : 0n, ...result };
  }
}

/** The ledger has folded records that the log does not have: another log, or one that lost its end. Never skipped over. */
export class PositionAhead extends Error {
  override readonly name = 'PositionAhead';

  constructor(partition: number, position: bigint, end: bigint) {
    super(
      `partition ${partition}: the ledger stands at ${position}, but the log ends at ${end}. ` +
        'It was replaced or truncated; restore it, or rebuild the ledger from this log into an empty schema.',
    );
  }
}
