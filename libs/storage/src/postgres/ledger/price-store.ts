import type { DuePrice, PriceStore, ToldPrice } from '@keybrake/application';
import type { AccountId, ReservationId } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';
import { decodeFacts, type FactsJson } from './reservation-json.js';

const CLAIM_DUE = `
with due as (
  select w.reservation_id from ledger.price_watches w
   where w.next_at_ms <= $1::bigint - case when w.attempts = 0 then $2::bigint else 0 end
   order by w.next_at_ms limit $4::integer for update skip locked
), claimed as (
  update ledger.price_watches w set next_at_ms = $1::bigint + $3::bigint + case when w.attempts = 0 then $2::bigint else 0 end
    from due d where w.reservation_id = d.reservation_id
  returning w.reservation_id, w.attempts, w.committed_at_ms
)
select r.facts, r.outcome ->> 'objectId' as object_id, c.attempts, c.committed_at_ms
  from claimed c join ledger.reservations r on r.reservation_id = c.reservation_id`;

// A price that was folded meanwhile is not asked for again.
const NOTE = `
update ledger.price_watches w
   set attempts = $2::integer, next_at_ms = case when w.final_micros is null then $3::bigint end, reason = $4::text
 where w.reservation_id = $1::text`;

const TOLD = `
select w.account_id, w.reservation_id, w.final_micros from ledger.price_watches w
 where w.final_micros is not null order by w.committed_at_ms limit $1::integer`;

const COUNTED = 'delete from ledger.price_watches w where w.reservation_id = $1::text and w.final_micros = $2::bigint';

interface DueRow {
  readonly facts: FactsJson;
  readonly object_id: string;
  readonly attempts: number;
  readonly committed_at_ms: bigint;
}

/** Late prices, in the ledger's tables. */
export class PostgresPriceStore implements PriceStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async claimDue(nowMs: number, firstDelayMs: number, leaseMs: number, limit: number): Promise<readonly DuePrice[]> {
    const values = [nowMs, firstDelayMs, leaseMs, limit];
    const rows = await this.#rows<DueRow>(CLAIM_DUE, values);
    return rows.map((row) => ({
      facts: decodeFacts(row.facts),
      objectId: row.object_id,
      committedAtMs: Number(row.committed_at_ms),
      attempts: row.attempts,
    }));
  }

  async note(id: ReservationId, attempts: number, nextAtMs: number | undefined, reason: string): Promise<void> {
    await this.#rows(NOTE, [id, attempts, nextAtMs ?? null, reason]);
  }

  async told(limit: number): Promise<readonly ToldPrice[]> {
    const rows = await this.#rows<{ account_id: AccountId; reservation_id: ReservationId; final_micros: bigint }>(
      TOLD,
      [limit],
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      reservationId: row.reservation_id,
      finalMicros: row.final_micros,
    }));
  }

  async counted({ reservationId, finalMicros }: ToldPrice): Promise<void> {
    await this.#rows(COUNTED, [reservationId, finalMicros.toString()]);
  }

  async #rows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}
