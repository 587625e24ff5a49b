import type { ArchivedResponse, ResponseArchive } from '@keybrake/application';
import type { AccountId, HeldAmount, ProviderId, ReservationId } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';
import { decodeFacts, type FactsJson } from './reservation-json.js';

/** Folded answers, from the ledger's idempotency records. */
export class PostgresResponseArchive implements ResponseArchive {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async find(accountId: AccountId, reservationId: ReservationId): Promise<ArchivedResponse | undefined> {
    try {
      const { rows } = await this.#pool.query<{ upstream_status: number | null; sealed_response: string | null }>(
        `select i.upstream_status, i.sealed_response from ledger.idempotency_records i
          where i.account_id = $1::text and i.reservation_id = $2::text and i.state = 'committed'`,
        [accountId, reservationId],
      );
      const row = rows[0];
      if (row === undefined) return undefined;
      return { status: row.upstream_status ?? undefined, sealedResponse: row.sealed_response ?? undefined };
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }

  async madeBy(accountId: AccountId, reservationId: ReservationId): Promise<string | undefined> {
    try {
      const { rows } = await this.#pool.query<{ made_id: string | null }>(
        `select r.outcome ->> 'madeId' as made_id from ledger.reservations r
          where r.reservation_id = $2::text and r.account_id = $1::text`,
        [accountId, reservationId],
      );
      return rows[0]?.made_id ?? undefined;
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }

  async reservedFor(accountId: AccountId, reservationId: ReservationId): Promise<HeldAmount | undefined> {
    try {
      const { rows } = await this.#pool.query<{ facts: FactsJson }>(
        `select r.facts from ledger.reservations r
          where r.reservation_id = $2::text and r.account_id = $1::text and r.facts is not null`,
        [accountId, reservationId],
      );
      return rows[0] === undefined ? undefined : decodeFacts(rows[0].facts).call;
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }

  async countedFor(accountId: AccountId, provider: ProviderId, objectId: string): Promise<bigint> {
    try {
      const { rows } = await this.#pool.query<{ micros: string }>(
        `select coalesce(sum(floor(coalesce(r.true_up ->> 'actualMicros', r.outcome ->> 'actualMicros')::numeric
                                   * coalesce((r.facts #>> '{call,conversion,from,micros}')::numeric
                                              / (r.facts #>> '{call,amount,micros}')::numeric, 1))), 0)::text as micros
           from ledger.reservations r
          where r.outcome ? 'objectId' and r.outcome ->> 'objectId' = $3::text and r.state = 'committed'
            and r.account_id = $1::text and r.facts -> 'call' ->> 'provider' = $2::text`,
        [accountId, provider, objectId],
      );
      return BigInt(rows[0]?.micros ?? '0');
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}
