import type { AccountId, AuditEntry } from '@keybrake/domain';
import type { ReportPage, TimeCursor } from './reports.js';

export const SERIES_GROUPS = ['agentType', 'provider', 'runId'] as const;
export type SeriesGroup = (typeof SERIES_GROUPS)[number];

export interface UsageCounts {
  /** Admitted calls: neither replays nor what was looked up for calls. */
  readonly calls: number;
  readonly denials: number;
  readonly replays: number;
}

export interface CurrencySpend {
  /** Null: calls that never had one, reads and most denials. */
  readonly currency: string | null;
  readonly committedMicros: bigint;
  readonly heldMicros: bigint;
}

export interface SeriesReport extends UsageCounts, CurrencySpend {
  /** `YYYY-MM-DD` in the zone of each call's policy. */
  readonly day: string;
  readonly group: string;
}

/** Days of the series, both included. */
export interface SeriesFilter {
  readonly fromDay: string;
  readonly toDay: string;
  readonly by: SeriesGroup;
  readonly currency: string | undefined;
}

export interface QuotaReport {
  readonly policyId: string;
  readonly policyName: string;
  /** The root key that is counted, with its children; undefined: no live key has this policy. */
  readonly vaultKeyId: string | undefined;
  readonly timeZone: string;
  readonly requestsPerMonth: number;
  readonly used: number;
}

export interface MonthReport extends UsageCounts {
  /** Days without anything are left out. */
  readonly byDay: readonly (UsageCounts & { readonly day: string })[];
  /** Of today's policies, the most used first; at most 1,000. */
  readonly quotas: readonly QuotaReport[];
}

export interface RunReport extends UsageCounts {
  readonly runId: string;
  readonly agentTypes: readonly string[];
  readonly providers: readonly string[];
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly spend: readonly CurrencySpend[];
}

export interface RunFilter {
  readonly agentType?: string | undefined;
  /** Part of a run id, in any case. */
  readonly search?: string | undefined;
}

/** Reads of what the ledger has summed up, each within one account. Throws `DependencyUnavailable`. */
export interface UsageReports {
  /** By day and group; of the 50 groups with the most calls. Calls without a run are in no group of runs. */
  series(accountId: AccountId, filter: SeriesFilter): Promise<readonly SeriesReport[]>;
  /** `month` as `YYYY-MM`. */
  month(accountId: AccountId, month: string): Promise<MonthReport>;
  /** Newest activity first. */
  runs(
    accountId: AccountId,
    filter: RunFilter,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<RunReport>>;
  run(accountId: AccountId, runId: string): Promise<RunReport | undefined>;
  /** A run's calls, denials and replays, oldest first. */
  runEntries(
    accountId: AccountId,
    runId: string,
    limit: number,
    after: TimeCursor | undefined,
  ): Promise<ReportPage<AuditEntry>>;
}
