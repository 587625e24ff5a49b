import type { AccountId, ApprovalId, ApprovalState, CallIdentity, Money, ReservationId } from '@keybrake/domain';
import type { Claim } from './admission-store.js';
import type { GovernanceNote } from './governance-store.js';
import type { ReportPage, TimeCursor } from './reports.js';

/** What one person said. */
export interface ApprovalVote {
  readonly decision: 'approved' | 'denied';
  /** Name of the actor: two votes of one name are one person's. */
  readonly by: string;
  readonly note: string | null;
  readonly atMs: number;
}

type AskingCall = Pick<
  CallIdentity,
  'vaultKeyId' | 'agentType' | 'runId' | 'provider' | 'operation' | 'endpoint' | 'policyId' | 'policyVersion'
>;

/** A call that asked for approval, as the log tells it, and what people said. */
export interface ApprovalRequested extends AskingCall {
  readonly id: ApprovalId;
  readonly accountId: AccountId;
  readonly reservationId: ReservationId;
  /** In the call's own currency. */
  readonly amount: Money;
  readonly claim: Claim;
  readonly approvers: number;
  readonly validMs: number;
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
}

export interface StoredApproval extends ApprovalRequested {
  readonly state: ApprovalState;
  readonly votes: readonly ApprovalVote[];
  /** The call that was made. */
  readonly usedBy: ReservationId | undefined;
  /** Decided, and the admission store may not know. */
  readonly isUntold: boolean;
}

export type Revised =
  | { readonly kind: 'changed' | 'unchanged'; readonly approval: StoredApproval }
  /** `why` is a sentence. */
  | { readonly kind: 'conflict'; readonly why: string };

export interface ApprovalStore {
  find(accountId: AccountId, id: ApprovalId): Promise<StoredApproval | undefined>;
  /** The last that asked first. */
  list(
    accountId: AccountId,
    state: ApprovalState | undefined,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<StoredApproval>>;
  /** Reads, changes and writes under one lock, a change together with its note. Undefined: there is none. */
  revise(
    accountId: AccountId,
    id: ApprovalId,
    change: (current: StoredApproval) => Revised,
    note: GovernanceNote,
  ): Promise<Revised | undefined>;

  /** Turns what waited, or was approved and not used, past its time into expired; returns how many. */
  expireDue(nowMs: number, limit: number): Promise<number>;
  untold(limit: number): Promise<readonly StoredApproval[]>;
  /** The admission store knows this decision now, unless there is another. */
  told(approval: Pick<StoredApproval, 'id' | 'state'>): Promise<void>;
  /** What was approved waited no longer. */
  lapsed(id: ApprovalId): Promise<void>;
}

/** What a chunk of the log changes, in this order. */
export interface ApprovalChanges {
  readonly requested: readonly ApprovalRequested[];
  /** Released: what nobody has decided is not to be decided any more. */
  readonly ended: readonly ReservationId[];
  readonly used: readonly { readonly request: ReservationId; readonly usedBy: ReservationId }[];
}
