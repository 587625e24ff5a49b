import type { AccountId, Hold, Money, ReservationId, VaultKeyId } from '@keybrake/domain';
import type { Claim } from './admission-store.js';

/** What the store says of itself. `missing`: empty, or another server process than the one that was made ready. */
export interface AdmissionLife {
  readonly phase: 'missing' | 'loading' | 'ready';
  readonly incarnation: number;
}

export interface LoadedBalance {
  readonly accountId: AccountId;
  readonly counter: string;
  readonly windowId: string;
  readonly windowEndsAtMs: number;
  readonly committedMicros: bigint;
  readonly heldMicros: bigint;
}

/**
 * Recorded and without an outcome: loaded as launched and past its deadline, so never swept (R3). What waits for a person is
 * never launched, and waits on.
 */
export interface LoadedReservation {
  readonly accountId: AccountId;
  readonly reservationId: ReservationId;
  readonly holds: readonly Pick<Hold, 'counter' | 'windowId' | 'amountMicros'>[];
  readonly reservedAtMs: number;
  readonly claim: Claim | undefined;
  readonly state: 'launched' | 'waiting';
}

/** What was decided of the newest request of an idempotency key. */
export interface LoadedApproval {
  readonly accountId: AccountId;
  /** Of the request. */
  readonly reservationId: ReservationId;
  readonly claim: Claim;
  readonly state: 'waiting' | 'approved' | 'denied' | 'expired';
  readonly untilMs: number;
  readonly amount: Money;
}

/** Committed, and its price may still change. */
export interface LoadedCommit extends Pick<LoadedReservation, 'accountId' | 'reservationId' | 'holds'> {
  /** As the balances that are loaded count it. */
  readonly actualMicros: bigint;
}

/** A call that a duplicate guard has to know: recorded within 24 hours and not released. */
export interface LoadedGuard extends Pick<LoadedReservation, 'accountId' | 'reservationId' | 'reservedAtMs'> {
  readonly rootKeyId: VaultKeyId;
  readonly hash: string;
}

export interface LoadedMeter {
  readonly accountId: AccountId;
  readonly counter: string;
  readonly windowId: string;
  readonly windowEndsAtMs: number;
  readonly used: number;
}

/**
 * Fills an admission store that was lost. Every step names the incarnation it works for; once a newer one has begun, the
 * older one's steps resolve to false and change nothing, so that two rebuilders are safe.
 */
export interface AdmissionRebuild {
  life(): Promise<AdmissionLife>;
  /** Empties the store; from now on it answers not ready, but takes keys and policy versions. */
  begin(incarnation: number): Promise<boolean>;
  loadBalances(incarnation: number, balances: readonly LoadedBalance[]): Promise<boolean>;
  loadReservations(incarnation: number, reservations: readonly LoadedReservation[]): Promise<boolean>;
  loadCommits(incarnation: number, commits: readonly LoadedCommit[]): Promise<boolean>;
  /** After the reservations: an open one forgets its entry with its release. */
  loadGuards(incarnation: number, guards: readonly LoadedGuard[]): Promise<boolean>;
  /** After the reservations, too: a key's open call stays what it is. */
  loadApprovals(incarnation: number, approvals: readonly LoadedApproval[]): Promise<boolean>;
  loadMeters(incarnation: number, meters: readonly LoadedMeter[]): Promise<boolean>;
  /** Ready. Until `claimsUntilMs` an unknown idempotency key is looked up in the ledger before it counts as new (R8). */
  finish(incarnation: number, claimsUntilMs: number): Promise<boolean>;
}
