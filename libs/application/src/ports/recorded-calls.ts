import type {
  AccountId,
  AuditEntry,
  Conversion,
  Hold,
  MoneyDirection,
  Pricing,
  ReservationId,
  VaultKeyId,
} from '@keybrake/domain';
import type { StoredBalance } from './admission-store.js';

/** A call as the ledger has folded it, with what a policy has to know of it. Look-ups are no calls. */
export interface RecordedCall
  extends Pick<
    AuditEntry,
    | 'agentType'
    | 'runId'
    | 'provider'
    | 'operation'
    | 'endpoint'
    | 'decision'
    | 'rule'
    | 'policyId'
    | 'idempotencyKey'
    | 'state'
    | 'currency'
    | 'startedAtMs'
    | 'endedAtMs'
  > {
  readonly id: ReservationId;
  readonly vaultKeyId: VaultKeyId;
  readonly reservedMicros: bigint | undefined;
  /** What it cost in the end. */
  readonly spentMicros: bigint | undefined;
  readonly direction: MoneyDirection | undefined;
  readonly conversion: Conversion | undefined;
  /** `''`: the request was not understood. */
  readonly fingerprint: string;
  /** Undefined: it was never priced, or an older build has recorded it. */
  readonly pricing: Pricing | undefined;
  readonly holds: readonly Hold[];
  /** People had agreed to it. */
  readonly wasApproved: boolean;
  /** Of a replay: the call whose answer was given again. */
  readonly originalId: string | undefined;
}

export interface RecordedCalls {
  /** Those that began in the period, oldest first, page by page. */
  between(accountId: AccountId, fromMs: number, toMs: number): AsyncIterable<readonly RecordedCall[]>;
  /** Those that had begun and not ended. */
  underWayAt(accountId: AccountId, atMs: number): Promise<readonly RecordedCall[]>;
  count(accountId: AccountId, fromMs: number, toMs: number): Promise<number>;
  /** Admitted calls of each root key, as a quota counts them. */
  admittedByRootKey(accountId: AccountId, fromMs: number, toMs: number): Promise<ReadonlyMap<VaultKeyId, number>>;
  /** Every balance, or those of the counters, whose window had not ended: as it stood. */
  balancesAt(accountId: AccountId, atMs: number, counters?: readonly string[]): Promise<readonly StoredBalance[]>;
}
