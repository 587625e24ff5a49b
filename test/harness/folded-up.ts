import type { KafkaSource } from '@keybrake/event-log';
import type { Pool } from '@keybrake/storage';
import { eventually } from '@keybrake/testing/processes';

type Positions = ReadonlyMap<number, bigint>;

async function positionsIn(pool: Pool, table: string): Promise<Positions> {
  const { rows } = await pool.query<{ partition: number; next_position: bigint }>(
    `select partition, next_position from ${table}`,
  );
  return new Map(rows.map((row) => [row.partition, row.next_position]));
}

/** The position that each partition's next record will get. */
export async function logEnds(pool: Pool, kafka: KafkaSource | undefined): Promise<Positions> {
  return kafka === undefined ? positionsIn(pool, 'event_log.partitions') : kafka.ends();
}

/** Waits until the ledger has folded the whole log. */
export async function foldedUp(pool: Pool, ends: () => Promise<Positions>): Promise<void> {
  await eventually(
    'the ledger to fold everything',
    async () => {
      const positions = await positionsIn(pool, 'ledger.partition_positions');
      return [...(await ends())].filter(([partition, end]) => (positions.get(partition) ?? 0n) < end);
    },
    (behind) => behind.length === 0,
    60_000,
  );
}
