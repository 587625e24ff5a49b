import type { PhasesMs, ProviderId, RefusalCode, VaultKeyId } from '@keybrake/domain';

/** What became of one call, for metrics and logs. Holds no secret and no body. */
export interface CallSummary {
  readonly provider: ProviderId;
  readonly operation: string;
  /** Method and template; of an unknown operation as far as its path was understood. */
  readonly endpoint: string;
  readonly decision: 'forwarded' | 'denied' | 'replayed' | 'in_doubt' | 'stranger' | 'unavailable';
  readonly rule: RefusalCode | undefined;
  readonly status: number;
  readonly totalMs: number;
  /** Time spent waiting for the provider; the rest is what Keybrake added. */
  readonly upstreamMs: number;
  /** Where the time went, as far as the call came. */
  readonly phasesMs: PhasesMs;
  /** It repeats an earlier call under another idempotency key, and its policy only warns. */
  readonly isDuplicate: boolean;
  /** What a policy in shadow would have refused it for. */
  readonly shadowRule: RefusalCode | undefined;
  /** Of a key that is known: a stranger has none. */
  readonly vaultKeyId: VaultKeyId | undefined;
}

export interface CallObserver {
  finished(summary: CallSummary): void;
  /** Work after the answer failed in a way that the ledger will mend; worth a log line. */
  leftOver(what: string, reservationId: string, error: unknown): void;
}
