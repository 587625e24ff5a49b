import type { BalanceChange, BalanceChangeKind, CallRecord, CallRecords, RelatedCall } from '@keybrake/application';
import {
  type AccountId,
  type AuditEntry,
  type Reservation,
  type ReservationId,
  replayMessage,
  replayOriginal,
} from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';
import { type ReservationRow, toReservation } from '../ledger/reservation-json.js';
import { type AuditRow, toAuditEntry } from './audit-rows.js';
import * as sql from './call-record-statements.js';

interface CallRow extends AuditRow, Omit<ReservationRow, 'reservation_id' | 'outcome'> {
  readonly reservation_id: ReservationId | null;
  readonly outcome: ReservationRow['outcome'] | null;
  readonly policy_name: string | null;
  readonly key_label: string | null;
}

interface ChangeRow {
  readonly account_id: AccountId;
  readonly counter: string;
  readonly window_id: string;
  readonly sequence: bigint;
  readonly reservation_id: ReservationId;
  readonly kind: BalanceChangeKind;
  readonly at_ms: bigint;
  readonly held_delta_micros: bigint;
  readonly committed_delta_micros: bigint;
  readonly held_micros: bigint;
  readonly committed_micros: bigint;
}

interface LinkRow {
  readonly sequence: bigint;
  readonly content_hash: string;
  readonly previous_hash: string;
  readonly hash: string;
}

interface RelatedRow {
  readonly id: string;
  readonly relation: RelatedCall['relation'];
  readonly decision: RelatedCall['decision'];
  readonly started_at_ms: bigint;
}

/** One call from the ledger's tables, with the names that governance has for its policy and key. */
export class PostgresCallRecords implements CallRecords {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async find(accountId: AccountId, id: string): Promise<CallRecord | undefined> {
    const [row] = await this.#rows<CallRow>(sql.CALL, [accountId, id]);
    if (row === undefined) return undefined;
    const entry = toAuditEntry(row);
    const reservation = reservationOf(row);
    const [changes, links, related] = await Promise.all([
      this.#rows<ChangeRow>(sql.CALL_CHANGES, [accountId, id]),
      this.#rows<LinkRow>(sql.CALL_LINKS, [id, row.vault_key_id]),
      this.#related(accountId, entry, reservation),
    ]);
    return {
      entry,
      policyName: row.policy_name ?? undefined,
      keyLabel: row.key_label ?? undefined,
      reservation,
      changes: changes.map(toChange),
      links: links.map(({ sequence, content_hash, previous_hash, hash }) => ({
        sequence,
        contentHash: content_hash,
        previousHash: previous_hash,
        hash,
      })),
      related,
    };
  }

  async #related(
    accountId: AccountId,
    entry: AuditEntry,
    reservation: Reservation | undefined,
  ): Promise<readonly RelatedCall[]> {
    const { resolves, pricesFor } = reservation?.facts ?? {};
    const values = [replayMessage(entry.id), replayOriginal(entry) ?? null, resolves ?? pricesFor ?? null];
    const rows = await this.#rows<RelatedRow>(sql.RELATED_CALLS, [accountId, entry.id, ...values]);
    return rows.map(({ id, relation, decision, started_at_ms }) => ({
      id,
      relation,
      decision,
      startedAtMs: Number(started_at_ms),
    }));
  }

  async #rows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}

function reservationOf({ reservation_id, outcome, facts, released_as_unexecuted, true_up }: CallRow) {
  if (reservation_id === null || outcome === null) return undefined;
  return toReservation({ reservation_id, outcome, facts, released_as_unexecuted, true_up });
}

const toChange = (row: ChangeRow): BalanceChange => ({
  accountId: row.account_id,
  counter: row.counter,
  windowId: row.window_id,
  sequence: row.sequence,
  reservationId: row.reservation_id,
  kind: row.kind,
  atMs: Number(row.at_ms),
  heldDeltaMicros: row.held_delta_micros,
  committedDeltaMicros: row.committed_delta_micros,
  heldMicros: row.held_micros,
  committedMicros: row.committed_micros,
});
