import type {
  Anomaly,
  ApprovalChanges,
  AskedCall,
  AuditHead,
  AuditLink,
  BalanceChange,
  BalanceDelta,
  BalanceTotal,
  DaySpendDelta,
  DeadLetter,
  IdempotencyRecordRow,
  LedgerTransaction,
  MonthCallsDelta,
  PriceWatch,
  ReadingPosition,
  RunDaySpendDelta,
  RunDelta,
} from '@keybrake/application';
import type {
  AccountId,
  Alert,
  AuditEntry,
  Reservation,
  ReservationId,
  SpendEvent,
  VaultKeyId,
} from '@keybrake/domain';
import { raiseAlerts } from '../alerts/raise-alerts.js';
import { saveApprovals } from '../approvals/save-approvals.js';
import type { Client } from '../database.js';
import * as sql from './fold-statements.js';
import { encodeFacts, encodeOutcome, encodeTrueUp, type ReservationRow, toReservation } from './reservation-json.js';
import * as rowOf from './rollup-rows.js';
import * as rollup from './rollup-statements.js';

/** Runs the statements of one fold. Each takes its rows as one JSON parameter, so a chunk costs one trip per table. */
export class PostgresLedgerTransaction implements LedgerTransaction {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async movePosition(partition: number, from: bigint, to: ReadingPosition): Promise<boolean> {
    const values = [partition, from.toString(), to.next.toString(), to.lastBodyHash ?? null];
    const { rowCount } = await this.#client.query(sql.MOVE_POSITION, values);
    return rowCount === 1;
  }

  async fence(partition: number): Promise<number> {
    const { rows } = await this.#client.query<{ fence_incarnation: number }>(sql.FENCE, [partition]);
    return rows[0]?.fence_incarnation ?? 0;
  }

  async raiseFence(partition: number, incarnation: number): Promise<void> {
    await this.#client.query(sql.RAISE_FENCE, [partition, incarnation]);
  }

  async insertEvents(partition: number, events: readonly { event: SpendEvent; position: bigint }[]) {
    const rows = events.map(({ event, position }) => ({
      event_id: event.eventId,
      account_id: event.accountId,
      subject_id: subjectOf(event),
      type: event.type,
      partition,
      position: position.toString(),
      occurred_at_ms: event.occurredAtMs,
    }));
    const inserted = await this.#rows<{ event_id: string }>(sql.INSERT_EVENTS, rows);
    return new Set(inserted.map((row) => row.event_id));
  }

  async loadReservations(ids: readonly ReservationId[]) {
    if (ids.length === 0) return new Map<ReservationId, Reservation>();
    const { rows } = await this.#client.query<ReservationRow>(sql.LOAD_RESERVATIONS, [ids]);
    return new Map(rows.map((row) => [row.reservation_id, toReservation(row)]));
  }

  async saveReservations(reservations: readonly Reservation[], accountOf: (id: ReservationId) => AccountId) {
    const rows = reservations.map(({ reservationId, facts, outcome, releasedAsUnexecuted, trueUp }) => ({
      reservation_id: reservationId,
      account_id: accountOf(reservationId),
      state: outcome.state,
      facts: facts === undefined ? null : encodeFacts(facts),
      outcome: encodeOutcome(outcome),
      released_as_unexecuted: releasedAsUnexecuted,
      sealed_request: outcome.state === 'open' ? (facts?.sealedRequest ?? null) : null,
      true_up: trueUp === undefined ? null : encodeTrueUp(trueUp),
      vault_key_id: facts?.call.vaultKeyId ?? null,
      reserved_at_ms: facts?.reservedAtMs ?? null,
    }));
    await this.#rows(sql.SAVE_RESERVATIONS, rows);
  }

  async addToBalances(deltas: readonly BalanceDelta[]): Promise<readonly BalanceTotal[]> {
    const deltaRows = deltas.map(({ accountId, hold, heldMicros, committedMicros, changes }) => ({
      account_id: accountId,
      counter: hold.counter,
      window_id: hold.windowId,
      scope: hold.scope,
      scope_id: hold.scopeId,
      cap_window: hold.window,
      currency: hold.currency,
      direction: hold.direction,
      limit_micros: hold.limitMicros.toString(),
      held_micros: heldMicros.toString(),
      committed_micros: committedMicros.toString(),
      window_ends_at_ms: hold.windowEndsAtMs,
      changes,
    }));
    const totals = await this.#rows<BalanceTotalRow>(sql.ADD_TO_BALANCES, deltaRows);
    return totals.map((row) => ({
      accountId: row.account_id,
      counter: row.counter,
      windowId: row.window_id,
      sequence: row.changes,
      heldMicros: row.held_micros,
      committedMicros: row.committed_micros,
    }));
  }

  async saveBalanceChanges(changes: readonly BalanceChange[]) {
    await this.#rows(rollup.SAVE_BALANCE_CHANGES, changes.map(rowOf.balanceChangeRow));
  }

  async addToDaySpend(deltas: readonly DaySpendDelta[]) {
    await this.#rows(rollup.ADD_TO_DAY_SPEND, deltas.map(rowOf.daySpendRow));
  }

  async addToRuns(runs: readonly RunDelta[], days: readonly RunDaySpendDelta[]) {
    await this.#rows(rollup.SAVE_RUNS, runs.map(rowOf.runRow));
    await this.#rows(rollup.ADD_TO_RUN_DAY_SPEND, days.map(rowOf.runDaySpendRow));
  }

  async addToMonthCalls(deltas: readonly MonthCallsDelta[]) {
    await this.#rows(rollup.ADD_TO_MONTH_CALLS, deltas.map(rowOf.monthCallsRow));
  }

  async saveIdempotencyRecords(records: readonly IdempotencyRecordRow[]) {
    const rows = records.map((record) => ({
      account_id: record.accountId,
      root_key_id: record.rootKeyId,
      key_hash: record.keyHash,
      idempotency_key: record.idempotencyKey,
      fingerprint: record.fingerprint,
      reservation_id: record.reservationId,
      state: record.state,
      upstream_status: record.upstreamStatus ?? null,
      sealed_response: record.sealedResponse ?? null,
      created_at_ms: record.createdAtMs,
      expires_at_ms: record.expiresAtMs ?? null,
    }));
    await this.#rows(sql.SAVE_IDEMPOTENCY_RECORDS, rows);
  }

  async auditHeads(vaultKeyIds: readonly VaultKeyId[]): Promise<ReadonlyMap<VaultKeyId, AuditHead>> {
    const { rows } = await this.#client.query<AuditHeadRow>(sql.LOAD_AUDIT_HEADS, [vaultKeyIds]);
    return new Map(
      rows.map((row) => [
        row.vault_key_id,
        { sequence: row.sequence, hash: row.hash, madeAtMs: Number(row.made_at_ms) },
      ]),
    );
  }

  async saveAudit(entries: readonly AuditEntry[], links: readonly AuditLink[]) {
    await this.#rows(sql.SAVE_AUDIT_ENTRIES, entries.map(entryRow));
    const linkRows = links.map((link) => ({
      account_id: link.accountId,
      vault_key_id: link.vaultKeyId,
      sequence: link.sequence.toString(),
      entry_id: link.entryId,
      log_position: link.position.toString(),
      made_at_ms: link.madeAtMs,
      content_hash: link.contentHash,
      previous_hash: link.previousHash,
      hash: link.hash,
    }));
    await this.#rows(sql.APPEND_AUDIT_LINKS, linkRows);
  }

  raiseAlerts(alerts: readonly Alert[]) {
    return raiseAlerts(this.#client, alerts);
  }

  saveApprovals(changes: ApprovalChanges) {
    return saveApprovals(this.#client, changes);
  }

  async saveAskedCalls(calls: readonly AskedCall[]) {
    const rows = calls.map(({ accountId, callId, fingerprint, pricing }) => ({
      account_id: accountId,
      call_id: callId,
      fingerprint,
      pricing: pricing ?? null,
    }));
    await this.#rows(sql.SAVE_ASKED_CALLS, rows);
  }

  async saveAnomalies(anomalies: readonly Anomaly[]) {
    const rows = anomalies.map(({ accountId, reservationId, kind, detail }) => ({
      account_id: accountId,
      reservation_id: reservationId,
      kind,
      detail,
    }));
    await this.#rows(sql.SAVE_ANOMALIES, rows);
  }

  async savePriceWatches(watches: readonly PriceWatch[]) {
    const rows = watches.map(({ accountId, reservationId, committedAtMs, finalMicros }) => ({
      reservation_id: reservationId,
      account_id: accountId,
      committed_at_ms: committedAtMs,
      final_micros: finalMicros?.toString() ?? null,
    }));
    await this.#rows(sql.SAVE_PRICE_WATCHES, rows);
  }

  async saveDeadLetters(letters: readonly DeadLetter[]) {
    // PostgreSQL's text takes any character but this one.
    const rows = letters.map((letter) => ({
      ...letter,
      position: letter.position.toString(),
      body: letter.body.replaceAll('\u0000', '\u{fffd}'),
    }));
    await this.#rows(sql.SAVE_DEAD_LETTERS, rows);
    await this.#rows(sql.FREEZE_ACCOUNTS, rows);
  }

  async #rows<Row extends object>(statement: string, rows: readonly object[]): Promise<Row[]> {
    if (rows.length === 0) return [];
    const result = await this.#client.query<Row>(statement, [JSON.stringify(rows)]);
    return result.rows;
  }
}

interface BalanceTotalRow {
  readonly account_id: AccountId;
  readonly counter: string;
  readonly window_id: string;
  readonly changes: bigint;
  readonly held_micros: bigint;
  readonly committed_micros: bigint;
}

interface AuditHeadRow {
  readonly vault_key_id: VaultKeyId;
  readonly sequence: bigint;
  readonly hash: string;
  readonly made_at_ms: bigint;
}

function subjectOf(event: SpendEvent): string {
  if ('reservationId' in event) return event.reservationId;
  return 'callId' in event ? event.callId : event.eventId;
}

function entryRow(entry: AuditEntry) {
  return {
    id: entry.id,
    account_id: entry.accountId,
    vault_key_id: entry.vaultKeyId,
    agent_type: entry.agentType,
    run_id: entry.runId,
    provider: entry.provider,
    operation: entry.operation,
    endpoint: entry.endpoint,
    decision: entry.decision,
    rule: entry.rule,
    message: entry.message,
    policy_id: entry.policyId,
    policy_version: entry.policyVersion,
    idempotency_key: entry.idempotencyKey,
    currency: entry.currency,
    reserved_micros: entry.reservedMicros,
    committed_micros: entry.committedMicros,
    final_micros: entry.finalMicros ?? null,
    state: entry.state,
    upstream_status: entry.upstreamStatus,
    upstream_request_id: entry.upstreamRequestId,
    latency_ms: entry.latencyMs,
    started_at_ms: entry.startedAtMs,
    ended_at_ms: entry.endedAtMs,
  };
}
