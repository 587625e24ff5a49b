import type { AccountId, AuditDecision, AuditEntry, AuditState } from '@keybrake/domain';
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
}
