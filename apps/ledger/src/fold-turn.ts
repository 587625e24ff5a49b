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
    const [positions, ends] = await Promise.all([ports.store.positions(), reader.ends()]);
    let more = false;
    for (const [partition, end] of ends) {
      const position = positions.get(partition) ?? 0n;
      if (position > end) throw new PositionAhead(partition, position, end);
      if (position === end) continue;
      const records = await reader.read(partition, position, options.chunkRecordsMax);
      const result = await foldChunk(ports, partition, records);
      if (result === undefined) continue;
      more = true;
      options.onProgress({ lagRecords: end - position - BigInt(records.length), ...result });
    }
    if (!more) options.onProgress({ lagRecords: 0n, folded: 0, duplicates: 0, deadLetters: 0 });
    return more;
  };
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
