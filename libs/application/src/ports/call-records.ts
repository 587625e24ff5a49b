import type { AccountId, AuditDecision, AuditEntry, Reservation } from '@keybrake/domain';
import type { AuditLink, BalanceChange } from './ledger-store.js';

export const CALL_RELATIONS = ['replay', 'original', 'look_up', 'looked_up_for'] as const;
export type CallRelation = (typeof CALL_RELATIONS)[number];

export interface RelatedCall {
  readonly id: string;
  /** What the other call is to this one. */
  readonly relation: CallRelation;
  readonly decision: AuditDecision;
  readonly startedAtMs: number;
}

/** Everything that the ledger and governance know of one call. */
export interface CallRecord {
  readonly entry: AuditEntry;
  /** Of the policy version that decided; undefined when it is not on record. */
  readonly policyName: string | undefined;
  readonly keyLabel: string | undefined;
  /** Undefined for a denial or a replay. */
  readonly reservation: Reservation | undefined;
  /** In the order of the fold; none for calls without a cap. */
  readonly changes: readonly BalanceChange[];
  readonly links: readonly Pick<AuditLink, 'sequence' | 'contentHash' | 'previousHash' | 'hash'>[];
  /** Oldest first; at most 100 of each relation. */
  readonly related: readonly RelatedCall[];
}

export interface CallRecords {
  /** Undefined when the account has no such call. Throws `DependencyUnavailable`. */
  find(accountId: AccountId, id: string): Promise<CallRecord | undefined>;
}
