import type { AccountId, AuditDecision, AuditEntry, AuditState, VaultKeyId } from '@keybrake/domain';
import type { ReportPage, TimeCursor } from './reports.js';

/** What entries are searched by; every given member must hold. */
export interface AuditFilter {
  readonly id?: string | undefined;
  readonly vaultKeyId?: string | undefined;
  readonly agentType?: string | undefined;
  readonly runId?: string | undefined;
  readonly provider?: string | undefined;
  readonly operation?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly decision?: AuditDecision | undefined;
  readonly rule?: string | undefined;
  readonly state?: AuditState | undefined;
  readonly policyId?: string | undefined;
  readonly policyVersion?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly upstreamRequestId?: string | undefined;
  readonly upstreamStatus?: number | undefined;
  readonly currency?: string | undefined;
  /** Of the reserved amount, both included. */
  readonly amountFromMicros?: bigint | undefined;
  readonly amountToMicros?: bigint | undefined;
  /** Part of the message, upper and lower case alike. */
  readonly message?: string | undefined;
  /** Of the start of the call: included. */
  readonly fromMs?: number | undefined;
  /** Not included. */
  readonly toMs?: number | undefined;
}

export type AuditVerification =
  | {
      readonly valid: true;
      /** Walked. */
      readonly links: number;
      /** Dropped by age: the walk began behind them. */
      readonly prunedLinks: number;
      readonly headHash: string;
    }
  | {
      readonly valid: false;
      readonly links: number;
      readonly prunedLinks: number;
      readonly sequence: string;
      readonly entryId: string | null;
      readonly problem: string;
    };

export interface CheckpointsVerification {
  /** Those that are as they were written, from the first on. */
  readonly count: number;
  readonly valid: boolean;
  readonly firstBad: { readonly day: string; readonly problem: string } | null;
}

export interface AccountVerification {
  readonly valid: boolean;
  /** Walked: all of them, or up to the first bad one. */
  readonly keys: number;
  readonly links: number;
  /** Of these chains, dropped by age. */
  readonly prunedLinks: number;
  readonly firstBad: {
    readonly vaultKeyId: string;
    readonly sequence: string;
    readonly entryId: string | null;
    readonly problem: string;
  } | null;
  readonly checkpoints: CheckpointsVerification;
}

export interface CheckpointReport {
  /** UTC, `YYYY-MM-DD`. */
  readonly day: string;
  readonly keys: number;
  readonly links: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly createdAtMs: number;
}

export interface AuditChanges {
  /** In the order of the log. */
  readonly changes: readonly { readonly position: bigint; readonly entry: AuditEntry }[];
  /** How far was looked, whether it matched or not. */
  readonly last: bigint;
}

/** Reads of the audit, each within one account. Throws `DependencyUnavailable`. */
export interface AuditReports {
  /**
   * Newest first. A page that looks for a part of a message reads a bounded number of entries: it may hold fewer than
   * `limit`, even none, while there is a next one.
   */
  search(
    accountId: AccountId,
    filter: AuditFilter,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<AuditEntry>>;
  /**
   * Everything that matches, newest first, in pieces; the next one is read when it is asked for. No snapshot is held, so a
   * slow reader holds up nobody: an entry that was there at the start comes once, as it is when its piece is read.
   */
  scan(accountId: AccountId, filter: AuditFilter): AsyncIterable<readonly AuditEntry[]>;
  /** The log position of the newest change of an entry; -1 before the first. */
  latestChange(accountId: AccountId): Promise<bigint>;
  /** Entries that match as they are now, behind a position: nothing becomes visible before it later on. */
  changes(accountId: AccountId, filter: AuditFilter, after: bigint, limit: number): Promise<AuditChanges>;
  /** One vault key's chain. */
  verifyKey(accountId: AccountId, vaultKeyId: VaultKeyId): Promise<AuditVerification>;
  /** Every chain of the account and its checkpoints. */
  verifyAccount(accountId: AccountId): Promise<AccountVerification>;
  /** Newest first; those before a day when one is given. */
  checkpoints(accountId: AccountId, limit: number, beforeDay: string | undefined): Promise<readonly CheckpointReport[]>;
}
