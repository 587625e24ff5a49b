import type {
  AdmissionUpkeep,
  BalanceReport,
  IdempotencyReport,
  LedgerReports,
  ReportPage,
  ReservationReport,
  ReservationState,
  ResolutionReport,
  SpendReport,
  TimeCursor,
} from '@keybrake/application';
import type { AccountId, ReservationId } from '@keybrake/domain';
import { asUnavailable, type Pool } from '../database.js';
import { type AuditRow, toAuditEntry } from './audit-rows.js';
import { pageOf } from './page.js';
import * as sql from './report-statements.js';

interface ReservationRow extends AuditRow {
  reservation_state: Exclude<ReservationState, 'in_doubt'>;
  resolve_attempts: number;
  resolve_last_at_ms: bigint | null;
  resolve_next_at_ms: bigint | null;
  resolve_reason: string | null;
}

const DOUBTS_PAGE = 1_000;

/** The admission store's side of it: only it knows what is in doubt. */
export type Doubts = Pick<AdmissionUpkeep, 'listInDoubt' | 'doubtsAmong'>;

const toBalance = (row: BalanceRow): BalanceReport => ({
  counter: row.counter,
  scope: row.scope,
  scopeId: row.scope_id,
  window: row.cap_window,
  windowId: row.window_id,
  currency: row.currency,
  direction: row.direction,
  limitMicros: row.limit_micros,
  committedMicros: row.committed_micros,
  heldMicros: row.held_micros,
  windowEndsAtMs: Number(row.window_ends_at_ms),
});

/** Reports from the ledger's tables. */
export class PostgresLedgerReports implements LedgerReports {
  readonly #pool: Pool;
  readonly #doubts: Doubts;

  constructor(pool: Pool, doubts: Doubts) {
    this.#pool = pool;
    this.#doubts = doubts;
  }

  async balancesOf(
    accountId: AccountId,
    counters: readonly string[],
    nowMs: number,
  ): Promise<readonly BalanceReport[]> {
    return (await this.#rows<BalanceRow>(sql.BALANCES_OF, [accountId, nowMs, counters])).map(toBalance);
  }

  async balances(accountId: AccountId, nowMs: number, limit: number, after: TimeCursor | undefined) {
    const parameters = [accountId, nowMs, after?.atMs ?? null, after?.id ?? null, limit + 1];
    const rows = await this.#rows<BalanceRow>(sql.BALANCES, parameters);
    return pageOf(rows.map(toBalance), limit, (row) => ({
      atMs: row.windowEndsAtMs,
      id: `${row.counter} ${row.windowId}`,
    }));
  }

  async spend(
    accountId: AccountId,
    day: string,
    limit: number,
    after: readonly [agentType: string, currency: string] | undefined,
  ): Promise<readonly SpendReport[]> {
    const [agentType = null, currency = null] = after ?? [];
    const rows = await this.#rows<SpendRow>(sql.SPEND, [accountId, day, agentType, currency, limit]);
    return rows.map((row) => ({
      agentType: row.agent_type,
      currency: row.currency,
      committedMicros: row.committed_micros,
      heldMicros: row.held_micros,
      limitMicros: row.limit_micros,
      calls: Number(row.calls),
      denials: Number(row.denials),
    }));
  }

  async idempotencyRecords(
    accountId: AccountId,
    filter: { readonly idempotencyKey?: string | undefined },
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<IdempotencyReport>> {
    const values = [accountId, filter.idempotencyKey ?? null, after?.atMs ?? null, after?.id ?? null, limit + 1];
    const rows = await this.#rows<IdempotencyRow>(sql.IDEMPOTENCY_RECORDS, values);
    const reports = rows.map((row) => ({
      idempotencyKey: row.idempotency_key,
      rootKeyId: row.root_key_id,
      reservationId: row.reservation_id,
      state: row.state,
      upstreamStatus: row.upstream_status,
      createdAtMs: Number(row.created_at_ms),
      expiresAtMs: row.expires_at_ms === null ? null : Number(row.expires_at_ms),
    }));
    return pageOf(reports, limit, (report) => ({ atMs: report.createdAtMs, id: report.reservationId }));
  }

  async reservations(
    accountId: AccountId,
    state: ReservationState | undefined,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<ReservationReport>> {
    const ids = state === 'in_doubt' ? await this.#inDoubt(accountId) : null;
    const recorded = state === 'in_doubt' ? 'open' : (state ?? null);
    const values = [accountId, recorded, ids, after?.atMs ?? null, after?.id ?? null, limit + 1];
    const rows = await this.#rows<ReservationRow>(sql.RESERVATIONS, values);
    const page = pageOf(rows, limit, (row) => ({ atMs: Number(row.started_at_ms), id: row.id }));
    const reports = await this.#withDoubts(accountId, page.data);
    return { ...page, data: reports.filter((report) => state === undefined || report.reservationState === state) };
  }

  async reservation(accountId: AccountId, id: ReservationId): Promise<ReservationReport | undefined> {
    const [row] = await this.#rows<ReservationRow>(sql.ONE_RESERVATION, [accountId, id]);
    return row === undefined ? undefined : (await this.#withDoubts(accountId, [row]))[0];
  }

  async #inDoubt(accountId: AccountId): Promise<readonly ReservationId[]> {
    const ids: ReservationId[] = [];
    for (let offset = 0; ; offset += DOUBTS_PAGE) {
      const refs = await this.#doubts.listInDoubt(DOUBTS_PAGE, offset);
      ids.push(...refs.filter((ref) => ref.accountId === accountId).map((ref) => ref.reservationId));
      if (refs.length < DOUBTS_PAGE) return ids;
    }
  }

  async #withDoubts(accountId: AccountId, rows: readonly ReservationRow[]): Promise<readonly ReservationReport[]> {
    const open = rows.filter((row) => row.reservation_state === 'open');
    const refs = open.map(({ id }) => ({ accountId, reservationId: id as ReservationId }));
    const doubts = refs.length === 0 ? new Map<ReservationId, number>() : await this.#doubts.doubtsAmong(refs);
    return rows.map((row) => {
      const launchedAtMs = doubts.get(row.id as ReservationId);
      const reservationState = launchedAtMs === undefined ? row.reservation_state : 'in_doubt';
      const resolution = resolutionOf(row);
      return { ...toAuditEntry(row), reservationState, launchedAtMs: launchedAtMs ?? null, resolution };
    });
  }

  async #rows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    return this.#guarded(async () => (await this.#pool.query<Row>(text, values)).rows);
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asUnavailable(error, 'The ledger database');
    }
  }
}

interface BalanceRow {
  counter: string;
  scope: string;
  scope_id: string;
  cap_window: string;
  window_id: string;
  currency: string;
  direction: string;
  limit_micros: bigint;
  committed_micros: bigint;
  held_micros: bigint;
  window_ends_at_ms: bigint;
}

interface SpendRow {
  agent_type: string;
  currency: string | null;
  committed_micros: bigint;
  held_micros: bigint;
  limit_micros: bigint | null;
  calls: bigint;
  denials: bigint;
}

interface IdempotencyRow {
  idempotency_key: string;
  root_key_id: string;
  reservation_id: string;
  state: string;
  upstream_status: number | null;
  created_at_ms: bigint;
  expires_at_ms: bigint | null;
}

function resolutionOf(row: ReservationRow): ResolutionReport | null {
  const { resolve_attempts: attempts, resolve_reason: reason } = row;
  if (reason === null) return null;
  const atMs = (value: bigint | null) => (value === null ? null : Number(value));
  return {
    attempts,
    lastAttemptAtMs: atMs(row.resolve_last_at_ms),
    nextAttemptAtMs: atMs(row.resolve_next_at_ms),
    reason,
  };
}
