import type {
  LoadedApproval,
  LoadedBalance,
  LoadedCommit,
  LoadedGuard,
  LoadedMeter,
  LoadedReservation,
} from './admission-rebuild.js';

/** What the ledger knows that an admission store has to begin its life with; all of it seen at one moment. */
export interface LedgerSnapshot {
  /** Of windows that may still be reserved in, or hold something. */
  readonly balances: readonly LoadedBalance[];
  readonly reservations: readonly LoadedReservation[];
  readonly commits: readonly LoadedCommit[];
  readonly guards: readonly LoadedGuard[];
  readonly approvals: readonly LoadedApproval[];
  readonly meters: readonly LoadedMeter[];
  /** When the last idempotency key of a completed call expires (R8); 0 when there is none. */
  readonly claimsUntilMs: number;
}

/** The ledger's record of the admission store's lives. */
export interface AdmissionLives {
  /** Runs `work` unless another process does so already; that only saves work, safety is in the incarnations. */
  asLeader<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** A new incarnation, higher than every one before and than `known`. */
  begin(known: number): Promise<number>;
  ready(incarnation: number): Promise<void>;
  snapshot(): Promise<LedgerSnapshot>;
}
