import { DependencyUnavailable, type EventReader, LogGap, type LogRecord } from '@keybrake/application';
import type { EncodedEvent, LogTransport } from './group-appender.js';

/** The little that is needed of a pg pool; the pool itself is made and owned by the composition root. */
export interface Database {
  query<Row extends object>(text: string, values: unknown[]): Promise<{ rows: Row[] }>;
}

/** Tells an outage from a defect; handed in because the driver's errors are the storage library's knowledge. */
export type ErrorMapper = (error: unknown, dependency: string) => unknown;

const DEPENDENCY = 'The event log';

/** The log of migrations/0003_event_log.sql: appends to it and reads it. */
export class PostgresEventLog implements LogTransport, EventReader {
  readonly #database: Database;
  readonly #mapError: ErrorMapper;
  readonly partitions: number;

  private constructor(database: Database, mapError: ErrorMapper, partitions: number) {
    this.#database = database;
    this.#mapError = mapError;
    this.partitions = partitions;
  }

  static async open(database: Database, mapError: ErrorMapper): Promise<PostgresEventLog> {
    return new PostgresEventLog(database, mapError, await countPartitions(database, mapError));
  }

  async appendBatch(batch: readonly EncodedEvent[]): Promise<void> {
    // Each partition's part is atomic; a part that is sent again is recognised by its event ids.
    const partitions = new Set(batch.map(({ partition }) => partition));
    for (const partition of partitions) {
      const events = batch.filter((event) => event.partition === partition);
      await guarded(this.#mapError, () =>
        this.#database.query('select event_log.append($1::integer, $2::text[], $3::text[])', [
          partition,
          events.map(({ eventId }) => eventId),
          events.map(({ body }) => body),
        ]),
      );
    }
  }

  async ends(): Promise<ReadonlyMap<number, bigint>> {
    const { rows } = await guarded(this.#mapError, () =>
      this.#database.query<{ partition: number; next_position: bigint }>(
        'select p.partition, p.next_position from event_log.partitions p',
        [],
      ),
    );
    return new Map(rows.map((row) => [row.partition, row.next_position]));
  }

  async read(partition: number, position: bigint, limit: number): Promise<readonly LogRecord[]> {
    const { rows } = await guarded(this.#mapError, () =>
      this.#database.query<{ position: bigint; body: string }>(
        `select r.position, r.body from event_log.records r
          where r.partition = $1::integer and r.position >= $2::bigint order by r.position limit $3::integer`,
        [partition, position.toString(), limit],
      ),
    );
    // Positions are dense: anything else means that records were lost.
    rows.forEach((row, index) => {
      const expected = position + BigInt(index);
      if (row.position !== expected) {
        throw new LogGap(`partition ${partition}: position ${expected} is missing, the next one is ${row.position}`);
      }
    });
    return rows.map((row) => ({ partition, position: row.position, body: row.body }));
  }
}

async function countPartitions(database: Database, mapError: ErrorMapper): Promise<number> {
  const { rows } = await guarded(mapError, () =>
    database.query<{ partitions: number }>('select count(*)::integer as partitions from event_log.partitions', []),
  );
  const partitions = rows[0]?.partitions ?? 0;
  if (partitions === 0) throw new DependencyUnavailable(DEPENDENCY);
  return partitions;
}

async function guarded<T>(mapError: ErrorMapper, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw mapError(error, DEPENDENCY);
  }
}
