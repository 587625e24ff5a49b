import type { ReserveCommand, ReserveOutcome } from '@keybrake/application';
import type { ReservationId } from '@keybrake/domain';
import type { EarlierCalls } from '../../redis/earlier-calls.js';
import { asUnavailable, type Pool } from '../database.js';

const FIND = `
select i.reservation_id, i.fingerprint, i.state from ledger.idempotency_records i
 where i.account_id = $1::text and i.root_key_id = $2::text and i.key_hash = $3::text
   and i.state <> 'released'
   and (i.expires_at_ms is null or i.expires_at_ms > extract(epoch from clock_timestamp()) * 1000)`;

interface Row {
  readonly reservation_id: ReservationId;
  readonly fingerprint: string;
  readonly state: 'open' | 'committed';
}

/** The ledger's idempotency records; complete for every life of the admission store before the present one. */
export class PostgresEarlierCalls implements EarlierCalls {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async find({ accountId, claim }: ReserveCommand): Promise<ReserveOutcome | undefined> {
    if (claim === undefined) return undefined;
    const row = await this.#row([accountId, claim.rootKeyId, claim.keyHash]);
    if (row === undefined) return undefined;
    if (row.fingerprint !== claim.fingerprint) return { kind: 'refused', refusal: { code: 'idempotency_mismatch' } };
    const { reservation_id: reservationId } = row;
    return row.state === 'committed'
      ? { kind: 'completed', reservationId, sealedResponse: undefined }
      : { kind: 'in_flight', reservationId };
  }

  async #row(values: readonly string[]): Promise<Row | undefined> {
    try {
      const { rows } = await this.#pool.query<Row>({ name: 'earlier_call', text: FIND, values: [...values] });
      return rows[0];
    } catch (error) {
      throw asUnavailable(error, 'The record of earlier calls');
    }
  }
}
