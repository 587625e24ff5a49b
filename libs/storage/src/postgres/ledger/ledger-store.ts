import type { LedgerStore, LedgerTransaction } from '@keybrake/application';
import type { Reservation, ReservationId } from '@keybrake/domain';
import { asUnavailable, type Pool, transaction } from '../database.js';
import { PostgresLedgerTransaction } from './ledger-transaction.js';
import { decodeOutcome, type OutcomeJson } from './reservation-json.js';

/** The ledger's tables of migrations/0004_ledger.sql. */
export class PostgresLedgerStore implements LedgerStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async position(partition: number): Promise<bigint> {
    return this.#guarded(async () => {
      await this.#pool.query(
        'insert into ledger.partition_positions (partition, next_position) values ($1::integer, 0) on conflict do nothing',
        [partition],
      );
      const { rows } = await this.#pool.query<{ next_position: bigint }>(
        'select p.next_position from ledger.partition_positions p where p.partition = $1::integer',
        [partition],
      );
      return rows[0]?.next_position ?? 0n;
    });
  }

  async fold<T>(work: (ledger: LedgerTransaction) => Promise<T>): Promise<T> {
    return this.#guarded(() => transaction(this.#pool, (client) => work(new PostgresLedgerTransaction(client))));
  }

  async outcomes(ids: readonly ReservationId[]): Promise<ReadonlyMap<ReservationId, Reservation['outcome']>> {
    if (ids.length === 0) return new Map();
    return this.#guarded(async () => {
      const { rows } = await this.#pool.query<{ reservation_id: ReservationId; outcome: OutcomeJson }>(
        'select r.reservation_id, r.outcome from ledger.reservations r where r.reservation_id = any($1::text[])',
        [ids],
      );
      return new Map(rows.map((row) => [row.reservation_id, decodeOutcome(row.outcome)]));
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
