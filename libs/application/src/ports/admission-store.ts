import type {
  AccountId,
  BoundCap,
  CapState,
  DuplicateGuard,
  Money,
  PolicyId,
  Refusal,
  ReservationId,
  VaultKeyId,
  WindowOffer,
  WindowSpan,
} from '@keybrake/domain';

/** One cap to reserve against; the store's clock chooses the window (R6). */
export interface HoldRequest extends WindowOffer {
  readonly cap: BoundCap;
  readonly amountMicros: bigint;
}

/** A request quota or rate: counts admitted calls, is never given back. */
export interface Meter {
  readonly kind: 'quota' | 'rate';
  readonly counter: string;
  readonly limit: number;
  /** For `quota` the month; a rate counts per second of the store's clock and needs none. */
  readonly windows: readonly WindowSpan[];
}

/** The idempotency claim, in the namespace of the root key (R8). `keyHash` is SHA-256 hex of the caller's key. */
export interface Claim {
  readonly rootKeyId: VaultKeyId;
  readonly keyHash: string;
  readonly fingerprint: string;
}

/** The duplicate guard's question (design: same request, other idempotency key). `hash` names the request. */
export interface GuardClaim {
  readonly rootKeyId: VaultKeyId;
  readonly hash: string;
  readonly windowMs: number;
  readonly mode: DuplicateGuard['mode'];
}

/** The amount that a person has to agree to, in the call's own currency. Needs a claim. */
export interface ApprovalClaim extends Money {
  /** How long a request waits, from its reservation. */
  readonly validMs: number;
}

export interface ReserveCommand {
  readonly reservationId: ReservationId;
  readonly accountId: AccountId;
  /** Self first, root last: one dead key ends the line. */
  readonly lineage: readonly VaultKeyId[];
  readonly policyId: PolicyId;
  readonly policyVersion: number;
  /** What the policy alone already refuses; answered after the key and the policy version were found current. */
  readonly refusal: Refusal | undefined;
  readonly claim: Claim | undefined;
  readonly guard?: GuardClaim | undefined;
  /** Held for a decision instead of a launch, unless this claim has an approval that covers it. */
  readonly approval?: ApprovalClaim | undefined;
  /** Room, quota and rate refuse nothing: what lacks it is held all the same, and named. */
  readonly isShadow?: boolean | undefined;
  readonly meters: readonly Meter[];
  readonly holds: readonly HoldRequest[];
}

export type ReserveOutcome =
  | {
      readonly kind: 'held';
      readonly incarnation: number;
      readonly reservedAtMs: number;
      /** The chosen window of each hold, in the order of the request, and what is left under its cap afterwards. */
      readonly windows: readonly { readonly span: WindowSpan; readonly remainingMicros: bigint }[];
      /** The latest call with the guard's hash that was not released, where the guard only warns. */
      readonly duplicateOf?: ReservationId | undefined;
      /** Set where the command asks for approval: what is held waits until then, or was approved as that request. */
      readonly approval?: { readonly untilMs: number } | { readonly approvedAs: ReservationId } | undefined;
      /** The request whose place this call has taken, released in the same step. */
      readonly supersedes?: ReservationId | undefined;
      /** Of a command in shadow: the first thing that it would have been refused for. */
      readonly shadowRefusal?: Refusal | undefined;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The key was used before and its call ended; `sealedResponse` only until the ledger has folded it. */
  | {
      readonly kind: 'completed';
      readonly reservationId: ReservationId;
      readonly sealedResponse: string | undefined;
    }
  | { readonly kind: 'in_flight'; readonly reservationId: ReservationId }
  /** The claim's request for approval was not approved, or not yet. */
  | {
      readonly kind: 'not_approved';
      readonly state: 'waiting' | 'denied' | 'expired';
      readonly reservationId: ReservationId;
      readonly untilMs: number;
    }
  /** Launched, and past its deadline with no outcome. */
  | { readonly kind: 'in_doubt'; readonly reservationId: ReservationId; readonly launchedAtMs: number }
  | { readonly kind: 'stale_policy' }
  | { readonly kind: 'not_ready' };

export interface LaunchCommand {
  readonly reservationId: ReservationId;
  readonly accountId: AccountId;
  readonly lineage: readonly VaultKeyId[];
  readonly incarnation: number;
  /** The gateway process and attempt: its own repeat is answered again, anybody else's refused (R4). */
  readonly owner: string;
  /** From launch on; after it, a call with no outcome is in doubt. */
  readonly outcomeDueMs: number;
}

export type LaunchOutcome =
  | { readonly kind: 'launched'; readonly launchedAtMs: number }
  | { readonly kind: 'refused'; readonly reason: 'revoked' | 'expired' | 'frozen' | 'not_held' | 'incarnation' };

/**
 * Takes over a reservation in doubt. `resend`: to send the identical request again with the same upstream key; asks what a
 * launch asks. `look`: to look for evidence, which moves nothing: the key may be dead, the account frozen, the launch
 * long ago. One owner at a time either way; its own repeat moves its deadline.
 */
export interface AdoptCommand {
  readonly purpose: 'look' | 'resend';
  readonly reservationId: ReservationId;
  readonly accountId: AccountId;
  readonly lineage: readonly VaultKeyId[];
  readonly owner: string;
  readonly outcomeDueMs: number;
  /** `resend` not when it was first launched longer ago: the provider may have forgotten its idempotency key. */
  readonly launchedWithinMs: number;
}

export type AdoptOutcome =
  | { readonly kind: 'launched'; readonly launchedAtMs: number; readonly incarnation: number }
  | { readonly kind: 'refused'; readonly reason: 'revoked' | 'expired' | 'frozen' | 'not_in_doubt' | 'window_closed' };

export type Settlement =
  | { readonly kind: 'committed'; readonly actualMicros: bigint; readonly sealedResponse: string | undefined }
  /** `recorded: false`: the log does not have the release yet; the janitor appends it (see sweepHeld). */
  | { readonly kind: 'released'; readonly recorded: boolean };

export type ApprovalDecision =
  | { readonly kind: 'approved'; readonly untilMs: number }
  | { readonly kind: 'denied' | 'expired' };

/** `unchanged`: settled before; a commit after a wrong release still turns into `settled` (R5). */
export type SettleOutcome = 'settled' | 'unchanged';

/** `unchanged`: it counts this much already, or it is not known here (any more) as a committed call. */
export type TrueUpOutcome = 'adjusted' | 'unchanged';

export interface ReservationRef {
  readonly accountId: AccountId;
  readonly reservationId: ReservationId;
}

/**
 * Decides which calls may run. Every method is one atomic step and idempotent by reservation id (R4); a lost reply is
 * answered by calling again. Throws `DependencyUnavailable` when the store can't be reached: nothing falls back (R9).
 */
export interface AdmissionStore {
  reserve(command: ReserveCommand): Promise<ReserveOutcome>;
  launch(command: LaunchCommand): Promise<LaunchOutcome>;
  adopt(command: AdoptCommand): Promise<AdoptOutcome>;
  settle(ref: ReservationRef, settlement: Settlement): Promise<SettleOutcome>;
  /**
   * The final price of a committed call: each window that was stamped counts it in place of the committed amount (R6), also
   * above the limit. Within 24 hours of the commit; older calls are forgotten here.
   */
  trueUp(ref: ReservationRef, actualMicros: bigint): Promise<TrueUpOutcome>;
  /**
   * What `reserve` has held for a decision waits for it from now on, whoever dies: no janitor releases it. False: it is held
   * no longer.
   */
  awaitApproval(ref: ReservationRef): Promise<boolean>;
  /**
   * In force once it returns: an approved request lets one call with its idempotency key through until then; of the others
   * the amount is released, and the key is answered with the decision. False: it waits no longer.
   */
  decideApproval(ref: ReservationRef, decision: ApprovalDecision): Promise<boolean>;
  /** The owner knows that it won't learn the outcome: no need to wait for the deadline. */
  markInDoubt(ref: ReservationRef): Promise<void>;

  /** In force once it returns: no later launch of the key or a descendant succeeds (R7). Keeps the earlier time if dead already. */
  putKey(key: AdmissionKey): Promise<void>;
  /** A frozen account reserves and launches nothing. */
  setAccountFrozen(accountId: AccountId, frozen: boolean): Promise<void>;
  /** Lower versions than the known one are ignored: an older write never wins. */
  putPolicyVersion(accountId: AccountId, policyId: PolicyId, version: number): Promise<void>;
}

export interface AdmissionKey {
  readonly accountId: AccountId;
  readonly keyId: VaultKeyId;
  readonly expiresAtMs: number | undefined;
  readonly revokedAtMs: number | undefined;
}

/** The janitor's side of the admission store, used by the ledger. */
export interface AdmissionUpkeep {
  /**
   * Turns `held` reservations older than the age into `released` (R3: never a launched one), and returns them together
   * with those of earlier sweeps that nobody confirmed, so that a crash between sweep and log loses no release.
   */
  sweepHeld(olderThanMs: number, limit: number): Promise<readonly ReservationRef[]>;
  confirmSwept(refs: readonly ReservationRef[]): Promise<void>;
  /** Launched, past its deadline, no outcome; the longest overdue first, after the first `offset`. */
  listInDoubt(limit: number, offset?: number): Promise<readonly ReservationRef[]>;
  /** Those of the given ones that are in doubt, with the time of their launch. */
  doubtsAmong(refs: readonly ReservationRef[]): Promise<ReadonlyMap<ReservationId, number>>;
  /** Settled calls whose response bytes are still kept. */
  listKeptResponses(olderThanMs: number, limit: number): Promise<readonly ReservationRef[]>;
  /** The ledger holds these responses now; the store forgets the bytes (R8). */
  dropResponses(refs: readonly ReservationRef[]): Promise<void>;
  /** Removes idempotency claims completed before the 24 h window, and settled reservations that no claim needs. */
  purgeExpired(limit: number): Promise<number>;
  /** Enforced balances, for reports and checks. */
  capStates(accountId: AccountId, counters: readonly string[]): Promise<readonly StoredBalance[]>;
}

export interface StoredBalance extends Pick<CapState, 'windowId' | 'committedMicros' | 'heldMicros'> {
  readonly counter: string;
}
