import type { AccountId, AuditEntry, ReservationId } from '@keybrake/domain';

/** A balance as the ledger has folded it. */
export interface BalanceReport {
  readonly counter: string;
  readonly scope: string;
  readonly scopeId: string;
  readonly window: string;
  readonly windowId: string;
  readonly currency: string;
  readonly direction: string;
  readonly limitMicros: bigint;
  readonly committedMicros: bigint;
  readonly heldMicros: bigint;
  readonly windowEndsAtMs: number;
}

export interface SpendReport {
  readonly agentType: string;
  /** Null for calls that never had one: reads, and most denials. */
  readonly currency: string | null;
  readonly committedMicros: bigint;
  readonly heldMicros: bigint;
  /** Of the agent type's day cap, else of its keys' day caps together; null without any. */
  readonly limitMicros: bigint | null;
  readonly calls: number;
  readonly denials: number;
}

/** A place in a list that runs from the newest to the oldest. */
export interface TimeCursor {
  readonly atMs: number;
  readonly id: string;
}

export interface ReportPage<T> {
  readonly data: readonly T[];
  readonly next: TimeCursor | undefined;
}

export interface IdempotencyReport {
  readonly idempotencyKey: string;
  readonly rootKeyId: string;
  readonly reservationId: string;
  readonly state: string;
  readonly upstreamStatus: number | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
}

export const RESERVATION_STATES = ['in_doubt', 'open', 'committed', 'released'] as const;
export type ReservationState = (typeof RESERVATION_STATES)[number];

/** The call of a reservation as the audit has it, and where its hold stands. */
export interface ReservationReport extends AuditEntry {
  readonly reservationState: ReservationState;
  readonly launchedAtMs: number | null;
  /** What the resolver found out about it so far; null before its first attempt. */
  readonly resolution: ResolutionReport | null;
}

export interface ResolutionReport {
  readonly attempts: number;
  readonly lastAttemptAtMs: number | null;
  /** Null: no further attempt, a person decides. */
  readonly nextAttemptAtMs: number | null;
  readonly reason: string;
}

/** Reads of what the ledger folded, each within one account. Throws `DependencyUnavailable`. */
export interface LedgerReports {
  /** Current windows of these counters. */
  balancesOf(accountId: AccountId, counters: readonly string[], nowMs: number): Promise<readonly BalanceReport[]>;
  /** Every current window, the one that ends first before the others. */
  balances(
    accountId: AccountId,
    nowMs: number,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<BalanceReport>>;
  /** `day` as `YYYY-MM-DD`; at most `limit` lines behind the agent type and currency of `after`. */
  spend(
    accountId: AccountId,
    day: string,
    limit: number,
    after: readonly [agentType: string, currency: string] | undefined,
  ): Promise<readonly SpendReport[]>;
  idempotencyRecords(
    accountId: AccountId,
    filter: { readonly idempotencyKey?: string | undefined },
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<IdempotencyReport>>;
  reservations(
    accountId: AccountId,
    state: ReservationState | undefined,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<ReservationReport>>;
  reservation(accountId: AccountId, id: ReservationId): Promise<ReservationReport | undefined>;
}
