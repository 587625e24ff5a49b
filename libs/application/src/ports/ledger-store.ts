import type {
  AccountId,
  Alert,
  AuditEntry,
  Currency,
  Hold,
  ProviderId,
  RecordedPricing,
  Reservation,
  ReservationId,
  RunId,
  SpendEvent,
  VaultKeyId,
} from '@keybrake/domain';
import type { ApprovalChanges } from './approval-store.js';
import type { ReadingPosition } from './event-log.js';

/** A change of one balance. Identified by account, counter and window; the rest describes the row if it is new. */
export interface BalanceDelta {
  readonly accountId: AccountId;
  readonly hold: Hold;
  readonly heldMicros: bigint;
  readonly committedMicros: bigint;
  /** How many changes these are the sum of. */
  readonly changes: number;
  /** Of the last one. */
  readonly lastAtMs: number;
}

/** A balance once a chunk's deltas are in. */
export interface BalanceTotal {
  readonly accountId: AccountId;
  readonly counter: string;
  readonly windowId: string;
  /** Changes of this balance so far: the number of the last one. */
  readonly sequence: bigint;
  readonly heldMicros: bigint;
  readonly committedMicros: bigint;
}

export type BalanceChangeKind = 'reserved' | 'ended' | 'trued_up';

/** What one event did to one balance, and what the balance was after it. */
export interface BalanceChange extends BalanceTotal {
  readonly reservationId: ReservationId;
  readonly kind: BalanceChangeKind;
  readonly atMs: number;
  readonly heldDeltaMicros: bigint;
  readonly committedDeltaMicros: bigint;
}

interface SpendDelta {
  readonly accountId: AccountId;
  readonly day: string;
  /** `''`: no currency. */
  readonly currency: Currency | '';
  readonly heldMicros: bigint;
  readonly committedMicros: bigint;
  /** Admitted calls: no look-ups, no replays. */
  readonly calls: number;
  readonly denials: number;
  readonly replays: number;
}

/** A change of a day's spend of an agent type at a provider. */
export interface DaySpendDelta extends SpendDelta {
  readonly agentType: string;
  readonly provider: ProviderId;
  /** Look-ups of prices, reserved and audited like calls. */
  readonly priceLooks: number;
}

/** A change of a run's spend on a day. */
export interface RunDaySpendDelta extends SpendDelta {
  readonly runId: RunId;
}

/** What a chunk tells of a run. */
export interface RunDelta {
  readonly accountId: AccountId;
  readonly runId: RunId;
  readonly agentTypes: ReadonlySet<string>;
  readonly providers: ReadonlySet<ProviderId>;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** Admitted calls of a root key and its children in a month of a zone: what a monthly quota counts. */
export interface MonthCallsDelta {
  readonly accountId: AccountId;
  readonly rootKeyId: VaultKeyId;
  readonly timeZone: string;
  /** `YYYY-MM` */
  readonly month: string;
  readonly calls: number;
}

export interface IdempotencyRecordRow {
  readonly accountId: AccountId;
  readonly rootKeyId: VaultKeyId;
  readonly keyHash: string;
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  readonly reservationId: ReservationId;
  readonly state: 'open' | 'released' | 'committed';
  readonly upstreamStatus: number | undefined;
  readonly sealedResponse: string | undefined;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | undefined;
}

export interface AuditHead {
  readonly sequence: bigint;
  readonly hash: string;
  readonly madeAtMs: number;
}

export interface AuditLink {
  readonly accountId: AccountId;
  readonly vaultKeyId: VaultKeyId;
  readonly sequence: bigint;
  readonly entryId: string;
  /** Of the event that it comes from, in the account's partition. */
  readonly position: bigint;
  /** When that event occurred, but never before the chain's link before it. */
  readonly madeAtMs: number;
  readonly contentHash: string;
  readonly previousHash: string;
  readonly hash: string;
}

export interface Anomaly {
  readonly accountId: AccountId;
  readonly reservationId: ReservationId;
  readonly kind: 'commit_after_release' | 'overage';
  readonly detail: string;
}

/** A committed call whose price is told later. */
export interface PriceWatch {
  readonly accountId: AccountId;
  readonly reservationId: ReservationId;
  readonly committedAtMs: number;
  /** Once it was told: what the admission store has to count now. */
  readonly finalMicros: bigint | undefined;
}

/** What a policy was asked about a call that was denied or replayed. */
export interface AskedCall {
  readonly accountId: AccountId;
  readonly callId: ReservationId;
  readonly fingerprint: string;
  readonly pricing: RecordedPricing | undefined;
}

export interface DeadLetter {
  /** Undefined: any account of the partition. */
  readonly accountId: AccountId | undefined;
  readonly partition: number;
  readonly position: bigint;
  readonly body: string;
  readonly problem: string;
}

/** The statements of one fold, all in one transaction: what they write is there together with the position, or not at all. */
export interface LedgerTransaction {
  /** Compare-and-set. False when another ledger folds the partition, or has moved on: the caller drops its chunk. */
  movePosition(partition: number, from: bigint, to: ReadingPosition): Promise<boolean>;
  /** The newest incarnation fenced in the partition; 0 before the first fence. */
  fence(partition: number): Promise<number>;
  raiseFence(partition: number, incarnation: number): Promise<void>;
  /** Ids of the events that were not known yet. */
  insertEvents(
    partition: number,
    events: readonly { event: SpendEvent; position: bigint }[],
  ): Promise<ReadonlySet<string>>;
  loadReservations(ids: readonly ReservationId[]): Promise<ReadonlyMap<ReservationId, Reservation>>;
  saveReservations(reservations: readonly Reservation[], accountOf: (id: ReservationId) => AccountId): Promise<void>;
  /** Returns every balance of the deltas. */
  addToBalances(deltas: readonly BalanceDelta[]): Promise<readonly BalanceTotal[]>;
  saveBalanceChanges(changes: readonly BalanceChange[]): Promise<void>;
  addToDaySpend(deltas: readonly DaySpendDelta[]): Promise<void>;
  addToRuns(runs: readonly RunDelta[], days: readonly RunDaySpendDelta[]): Promise<void>;
  addToMonthCalls(deltas: readonly MonthCallsDelta[]): Promise<void>;
  saveIdempotencyRecords(records: readonly IdempotencyRecordRow[]): Promise<void>;
  auditHeads(vaultKeyIds: readonly VaultKeyId[]): Promise<ReadonlyMap<VaultKeyId, AuditHead>>;
  saveAudit(entries: readonly AuditEntry[], links: readonly AuditLink[]): Promise<void>;
  saveAnomalies(anomalies: readonly Anomaly[]): Promise<void>;
  /** Those that were not raised before. */
  raiseAlerts(alerts: readonly Alert[]): Promise<void>;
  saveApprovals(changes: ApprovalChanges): Promise<void>;
  saveAskedCalls(calls: readonly AskedCall[]): Promise<void>;
  savePriceWatches(watches: readonly PriceWatch[]): Promise<void>;
  /** Freezes the accounts that they belong to, or may belong to. */
  saveDeadLetters(letters: readonly DeadLetter[]): Promise<void>;
}

export interface FrozenAccount {
  readonly accountId: AccountId;
  readonly reason: string;
}

export interface LedgerStore {
  /** Makes sure that each partition has a position; a new one starts at 0. */
  openPartitions(count: number): Promise<void>;
  /** Next position to fold, by partition. */
  positions(): Promise<ReadonlyMap<number, ReadingPosition>>;
  fold<T>(work: (ledger: LedgerTransaction) => Promise<T>): Promise<T>;
  frozenAccounts(): Promise<readonly FrozenAccount[]>;
  /** What the log says of these reservations, a commit with its final price; absent ones were not folded. */
  outcomes(ids: readonly ReservationId[]): Promise<ReadonlyMap<ReservationId, Reservation['outcome']>>;
}
