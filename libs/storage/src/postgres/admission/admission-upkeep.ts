import type { AdmissionUpkeep, ReservationRef, StoredBalance } from '@keybrake/application';
import type { AccountId, ReservationId } from '@keybrake/domain';
import { type BalanceRow, toStoredBalance } from '../balance-row.js';
import { asUnavailable, type Pool } from '../database.js';

interface RefRow {
  account_id: AccountId;
  reservation_id: ReservationId;
}

const toRef = (row: RefRow): ReservationRef => ({ accountId: row.account_id, reservationId: row.reservation_id });
const idsOf = (refs: readonly ReservationRef[]) => refs.map((ref) => ref.reservationId);

/** Longer than the 24 h of R8: a claim must outlive every retry it answers. */
const RETENTION_MS = 25 * 3_600_000;

/** The janitor's statements on the Postgres admission store. */
export class PostgresAdmissionUpkeep implements AdmissionUpkeep {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async sweepHeld(olderThanMs: number, limit: number): Promise<readonly ReservationRef[]> {
    // One reservation a transaction: several would lock balances in no fixed order.
    for (let swept = 0; swept < limit; swept += 1) {
      const rows = await this.#rows('select reservation_id from admission.sweep_one($1::bigint)', [olderThanMs]);
      if (rows.length === 0) break;
    }
    const unconfirmed = await this.#rows<RefRow>(
      `select r.account_id, r.reservation_id from admission.reservations r
        where r.sweep_unconfirmed order by r.settled_at_ms limit $1::integer`,
      [limit],
    );
    return unconfirmed.map(toRef);
  }

  async confirmSwept(refs: readonly ReservationRef[]): Promise<void> {
    await this.#rows(
      'update admission.reservations r set sweep_unconfirmed = false where r.reservation_id = any($1::text[])',
      [idsOf(refs)],
    );
  }

  async doubtsAmong(refs: readonly ReservationRef[]): Promise<ReadonlyMap<ReservationId, number>> {
    const rows = await this.#rows<RefRow & { launched_at_ms: bigint }>(
      `select r.reservation_id, r.launched_at_ms from admission.reservations r
        where r.reservation_id = any($1::text[]) and r.state = 'launched' and r.outcome_due_ms <= admission.now_ms()`,
      [idsOf(refs)],
    );
    return new Map(rows.map((row) => [row.reservation_id, Number(row.launched_at_ms)]));
  }

  async listInDoubt(limit: number, offset = 0): Promise<readonly ReservationRef[]> {
    const rows = await this.#rows<RefRow>(
      `select r.account_id, r.reservation_id from admission.reservations r
        where r.state = 'launched' and r.outcome_due_ms <= admission.now_ms()
        order by r.outcome_due_ms, r.reservation_id limit $1::integer offset $2::integer`,
      [limit, offset],
    );
    return rows.map(toRef);
  }

  async listKeptResponses(olderThanMs: number, limit: number): Promise<readonly ReservationRef[]> {
    const rows = await this.#rows<RefRow>(
      `select r.account_id, r.reservation_id from admission.reservations r
        where r.sealed_response is not null and r.settled_at_ms <= admission.now_ms() - $1::bigint
        order by r.settled_at_ms limit $2::integer`,
      [olderThanMs, limit],
    );
    return rows.map(toRef);
  }

  async dropResponses(refs: readonly ReservationRef[]): Promise<void> {
    await this.#rows(
      `update admission.reservations r set sealed_response = null
        where r.reservation_id = any($1::text[]) and r.sealed_response is not null`,
      [idsOf(refs)],
    );
  }

  async purgeExpired(limit: number): Promise<number> {
    const rows = await this.#rows(
      `with expired as (
         select r.reservation_id from admission.reservations r
          where r.settled_at_ms < admission.now_ms() - $1::bigint and not r.sweep_unconfirmed
          order by r.settled_at_ms limit $2::integer for update skip locked
       ), claims as (
         delete from admission.claims c using expired e where c.reservation_id = e.reservation_id
       )
       delete from admission.reservations r using expired e where r.reservation_id = e.reservation_id
       returning r.reservation_id`,
      [RETENTION_MS, limit],
    );
    return rows.length;
  }

  async capStates(accountId: AccountId, counters: readonly string[]): Promise<readonly StoredBalance[]> {
    const rows = await this.#rows<BalanceRow>(
      `select b.counter, b.window_id, b.committed_micros, b.held_micros from admission.balances b
        where b.account_id = $1::text and b.counter = any($2::text[])`,
      [accountId, counters],
    );
    return rows.map(toStoredBalance);
  }

  async #rows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      const { rows } = await this.#pool.query<Row>(text, values);
      return rows;
    } catch (error) {
      throw asUnavailable(error, 'The admission store');
    }
  }
}
