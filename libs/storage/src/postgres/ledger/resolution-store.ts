import type {
  DoubtNote,
  DoubtRecord,
  ReservationRef,
  ResolutionStore,
  Rival,
  RivalSearch,
} from '@keybrake/application';
import type { AccountId, ReservationId } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';
import { decodeFacts, type FactsJson } from './reservation-json.js';

const DUE = `
select r.facts, r.sealed_request, r.resolve_attempts, r.resolve_last_at_ms from ledger.reservations r
 where r.reservation_id = any($1::text[]) and r.state = 'open' and r.facts is not null and r.resolve_next_at_ms <= $2::bigint
 order by r.resolve_next_at_ms, r.reserved_at_ms`;

const NOTE = `
update ledger.reservations r
   set resolve_attempts = $2::integer, resolve_last_at_ms = coalesce($3::bigint, r.resolve_last_at_ms),
       resolve_next_at_ms = $4::bigint, resolve_reason = $5::text
 where r.reservation_id = $1::text and r.state = 'open'`;

// By the audit's times, which have an index. A refusal (4xx) made nothing; 0 stands for an outcome that a person told.
const RIVALS = `
select r.reservation_id, r.sealed_request
  from ledger.audit_entries a join ledger.reservations r on r.reservation_id = a.id
 where a.account_id = $1::text and a.started_at_ms between $5::bigint and $6::bigint
   and a.provider = $3::text and a.endpoint = $4::text and a.id <> $2::text
   and (r.state = 'open' or (r.state = 'committed' and not r.outcome ? 'objectId'
                             and (r.outcome -> 'upstream' ->> 'status')::integer not between 400 and 499))
 order by a.started_at_ms desc, a.id desc limit $7::integer`;

const KNOWN_OBJECTS = `
select distinct r.outcome ->> 'objectId' as object_id from ledger.reservations r
 where r.outcome ? 'objectId' and r.outcome ->> 'objectId' = any($1::text[])`;

const FORGOTTEN_LOOKS = `
select r.account_id, r.reservation_id from ledger.reservations r
 where r.state = 'open' and r.reserved_at_ms < $1::bigint and r.facts ? 'resolves'
 order by r.reserved_at_ms limit $2::integer`;

interface DueRow {
  readonly facts: FactsJson;
  readonly sealed_request: string | null;
  readonly resolve_attempts: number;
  readonly resolve_last_at_ms: bigint | null;
}

/** What the resolver reads and notes in the ledger's tables. */
export class PostgresResolutionStore implements ResolutionStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async due(ids: readonly ReservationId[], nowMs: number): Promise<readonly DoubtRecord[]> {
    if (ids.length === 0) return [];
    const rows = await this.#rows<DueRow>(DUE, [ids, nowMs]);
    return rows.map((row) => ({
      facts: decodeFacts(row.facts),
      sealedRequest: row.sealed_request ?? undefined,
      attempts: row.resolve_attempts,
      lastAttemptAtMs: row.resolve_last_at_ms === null ? undefined : Number(row.resolve_last_at_ms),
    }));
  }

  async note({ reservationId, attempts, attemptedAtMs, nextAtMs, reason }: DoubtNote): Promise<void> {
    await this.#rows(NOTE, [reservationId, attempts, attemptedAtMs ?? null, nextAtMs ?? null, reason]);
  }

  async rivals({
    accountId,
    except,
    provider,
    endpoint,
    fromMs,
    untilMs,
    limit,
  }: RivalSearch): Promise<readonly Rival[]> {
    const values = [accountId, except, provider, endpoint, fromMs, untilMs, limit];
    const rows = await this.#rows<{ reservation_id: ReservationId; sealed_request: string | null }>(RIVALS, values);
    return rows.map((row) => ({
      reservationId: row.reservation_id,
      sealedRequest: row.sealed_request ?? undefined,
    }));
  }

  async knownObjects(objectIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#rows<{ object_id: string }>(KNOWN_OBJECTS, [objectIds]);
    return new Set(rows.map((row) => row.object_id));
  }

  async forgottenLooks(beforeMs: number, limit: number): Promise<readonly ReservationRef[]> {
    const rows = await this.#rows<{ account_id: AccountId; reservation_id: ReservationId }>(FORGOTTEN_LOOKS, [
      beforeMs,
      limit,
    ]);
    return rows.map((row) => ({ accountId: row.account_id, reservationId: row.reservation_id }));
  }

  async #rows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}
