import type { ArchivedResponse, ResponseArchive } from '@keybrake/application';
import type { AccountId, ReservationId } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';

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
}
