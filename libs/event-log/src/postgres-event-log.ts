import { DependencyUnavailable, LogGap, type LogRecord } from '@keybrake/application';
import type { EncodedEvent, LogTransport } from './group-appender.js';
import type { PolledLog } from './polled-source.js';

/** The little that is needed of a pg pool; the pool itself is made and owned by the composition root. */
export interface Database {
  query<Row extends object>(text: string, values: unknown[]): Promise<{ rows: Row[] }>;
  query(statement: { name: string; text: string; values: unknown[] }): Promise<unknown>;
}

/** Tells an outage from a defect; handed in because the driver's errors are the storage library's knowledge. */
export type ErrorMapper = (error: unknown, dependency: string) => unknown;

const DEPENDENCY = 'The event log';

// The partition's row is locked until the append is durable, so positions become visible in order.
const APPEND = `
  partition as (
    update event_log.partitions p set next_position = p.next_position + cardinality($2::text[])
     where p.partition = $1::integer returning p.next_position - cardinality($2::text[]) as first_position)
  insert into event_log.records (partition, position, event_id, body, traceparent)
  select $1::integer, p.first_position + batch.ordinal - 1, batch.event_id, batch.body, batch.traceparent
    from partition p,
         unnest($2::text[], $3::text[], $4::text[]) with ordinality as batch (event_id, body, traceparent, ordinal)`;
const APPEND_NOW = { name: 'append', text: `with ${APPEND}` };
// A reservation's record needs no flush of its own: the admission store is in the same PostgreSQL, and the launch that
// must follow before anything is forwarded flushes the write-ahead log up to itself, this record included (R2).
const APPEND_BEFORE_LAUNCH = {
  name: 'append_before_launch',
  text: `with flush as materialized (select set_config('synchronous_commit', 'off', true)), ${APPEND}, flush`,
};
const APPEND_MISSING = {
  name: 'append_missing',
  text: 'select event_log.append($1::integer, $2::text[], $3::text[], $4::text[])',
};
const UNIQUE_VIOLATION = '23505';

/** The log of migrations/0003_event_log.sql: appends to it and reads it. */
export class PostgresEventLog implements LogTransport, PolledLog {
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
      const statement = events.every(({ precedesLaunch }) => precedesLaunch) ? APPEND_BEFORE_LAUNCH : APPEND_NOW;
      const columns = [
        events.map(({ eventId }) => eventId),
        events.map(({ body }) => body),
        events.map(({ traceparent }) => traceparent ?? null),
      ];
      const values = [partition, ...columns];
      await guarded(this.#mapError, () => this.#appendPart(statement, values));
    }
  }

  async #appendPart(statement: { name: string; text: string }, values: unknown[]): Promise<void> {
    try {
      await this.#database.query({ ...statement, values });
    } catch (error) {
      // Sent before, and the reply was lost: what is missing follows.
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
      await this.#database.query({ ...APPEND_MISSING, values });
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
      this.#database.query<{ position: bigint; body: string; traceparent: string | null }>(
        `select r.position, r.body, r.traceparent from event_log.records r
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
    return rows.map((row) => ({
      partition,
      position: row.position,
      body: row.body,
      traceparent: row.traceparent ?? undefined,
    }));
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
