import type { ProviderId, RefusalCode } from '@keybrake/domain';

/** What became of one call, for metrics and logs. Holds no secret and no body. */
export interface CallSummary {
  readonly provider: ProviderId;
  readonly operation: string;
  readonly decision: 'forwarded' | 'denied' | 'replayed' | 'in_doubt' | 'stranger' | 'unavailable';
  readonly rule: RefusalCode | undefined;
  readonly status: number;
  readonly totalMs: number;
  /** Time spent waiting for the provider; the rest is what Keybrake added. */
  readonly upstreamMs: number;
}

export interface CallObserver {
  finished(summary: CallSummary): void;
  /** Work after the answer failed in a way that the ledger will mend; worth a log line. */
  leftOver(what: string, reservationId: string, error: unknown): void;
}
