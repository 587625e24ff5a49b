import type { FrozenAccount, LedgerStore, LedgerTransaction, ReadingPosition } from '@keybrake/application';
import type { AccountId, Reservation, ReservationId } from '@keybrake/domain';
import { asUnavailable, type Pool, transaction } from '../database.js';
import * as sql from './fold-statements.js';
import { PostgresLedgerTransaction } from './ledger-transaction.js';
import { decodeOutcome, type OutcomeJson } from './reservation-json.js';

interface OutcomeRow {
  readonly reservation_id: ReservationId;
  readonly outcome: OutcomeJson;
  readonly final_micros: bigint | null;
}

function outcomeOf({ outcome: json, final_micros: finalMicros }: OutcomeRow): Reservation['outcome'] {
  const outcome = decodeOutcome(json);
  return outcome.state === 'committed' && finalMicros !== null ? { ...outcome, actualMicros: finalMicros } : outcome;
}

/** The ledger's tables of migrations/0004_ledger.sql. */
export class PostgresLedgerStore implements LedgerStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async openPartitions(count: number): Promise<void> {
    await this.#guarded(() =>
      this.#pool.query(
        `insert into ledger.partition_positions (partition, next_position)
         select generate_series(0, $1::integer - 1), 0 on conflict do nothing`,
        [count],
      ),
    );
  }

  async positions(): Promise<ReadonlyMap<number, ReadingPosition>> {
    const { rows } = await this.#guarded(() =>
      this.#pool.query<{ partition: number; next_position: bigint; last_record_hash: string | null }>(
        'select p.partition, p.next_position, p.last_record_hash from ledger.partition_positions p',
      ),
    );
    return new Map(
      rows.map((row) => [row.partition, { next: row.next_position, lastBodyHash: row.last_record_hash ?? undefined }]),
    );
  }

  async fold<T>(work: (ledger: LedgerTransaction) => Promise<T>): Promise<T> {
    return this.#guarded(() =>
      transaction(this.#pool, async (client) => {
        // Safe to lose in a crash of the server: the position goes with the rest, and the chunk is folded again.
        await client.query('set local synchronous_commit = off');
        return work(new PostgresLedgerTransaction(client));
      }),
    );
  }

  async frozenAccounts(): Promise<readonly FrozenAccount[]> {
    const { rows } = await this.#guarded(() =>
      this.#pool.query<{ account_id: AccountId; reason: string }>(
        'select f.account_id, f.reason from ledger.frozen_accounts f order by f.account_id',
      ),
    );
    return rows.map((row) => ({ accountId: row.account_id, reason: row.reason }));
  }

  async outcomes(ids: readonly ReservationId[]): Promise<ReadonlyMap<ReservationId, Reservation['outcome']>> {
    if (ids.length === 0) return new Map();
    return this.#guarded(async () => {
      const { rows } = await this.#pool.query<OutcomeRow>(sql.OUTCOMES, [ids]);
      return new Map(rows.map((row) => [row.reservation_id, outcomeOf(row)]));
    });
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}
