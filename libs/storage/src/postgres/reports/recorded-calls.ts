import type { RecordedCall, RecordedCalls, StoredBalance } from '@keybrake/application';
import {
  type AccountId,
  type AuditDecision,
  type AuditState,
  type MoneyDirection,
  type RecordedPricing,
  type ReservationId,
  readPricing,
  replayOriginal,
  type VaultKeyId,
} from '@keybrake/domain';
import { type BalanceRow, toStoredBalance } from '../balance-row.js';
import { asUnavailable, type Pool } from '../database.js';
import { decodeConversion, decodeHold, type FactsJson } from '../ledger/reservation-json.js';
import * as sql from './recorded-call-statements.js';

const PAGE = 5_000;

/** Recorded calls as policies are tried on them, from the ledger's tables. */
export class PostgresRecordedCalls implements RecordedCalls {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async *between(accountId: AccountId, fromMs: number, toMs: number): AsyncIterable<readonly RecordedCall[]> {
    let last: Row | undefined;
    for (;;) {
      const after = [last?.started_at_ms ?? null, last?.position ?? null];
      const rows = await this.#rows<Row>(sql.CALLS_BETWEEN, [accountId, fromMs, toMs, ...after, PAGE]);
      if (rows.length > 0) yield rows.map(toCall);
      if (rows.length < PAGE) return;
      last = rows.at(-1);
    }
  }

  async underWayAt(accountId: AccountId, atMs: number): Promise<readonly RecordedCall[]> {
    return (await this.#rows<Row>(sql.CALLS_UNDER_WAY, [accountId, atMs])).map(toCall);
  }

  async count(accountId: AccountId, fromMs: number, toMs: number): Promise<number> {
    const [row] = await this.#rows<{ calls: number }>(sql.COUNT_CALLS, [accountId, fromMs, toMs]);
    return row?.calls ?? 0;
  }

  async admittedByRootKey(accountId: AccountId, fromMs: number, toMs: number) {
    const rows = await this.#rows<{ root_key_id: VaultKeyId; calls: number }>(sql.ADMITTED_BY_ROOT_KEY, [
      accountId,
      fromMs,
      toMs,
    ]);
    return new Map(rows.map((row) => [row.root_key_id, row.calls]));
  }

  async balancesAt(
    accountId: AccountId,
    atMs: number,
    counters?: readonly string[],
  ): Promise<readonly StoredBalance[]> {
    const rows = await this.#rows<BalanceRow>(sql.BALANCES_AT, [accountId, atMs, counters ?? null]);
    return rows.map(toStoredBalance);
  }

  async #rows<R extends object>(text: string, values: unknown[]): Promise<R[]> {
    try {
      return (await this.#pool.query<R>(text, values)).rows;
    } catch (error) {
      throw asUnavailable(error, 'The database');
    }
  }
}

interface Row {
  readonly id: string;
  readonly vault_key_id: string;
  readonly agent_type: string;
  readonly run_id: string | null;
  readonly provider: string;
  readonly operation: string;
  readonly endpoint: string;
  readonly decision: AuditDecision;
  readonly rule: string | null;
  readonly message: string | null;
  readonly policy_id: string;
  readonly idempotency_key: string | null;
  readonly state: AuditState;
  readonly currency: string | null;
  readonly started_at_ms: bigint;
  readonly ended_at_ms: bigint | null;
  readonly reserved_micros: bigint | null;
  readonly spent_micros: bigint | null;
  readonly fingerprint: string;
  readonly pricing: RecordedPricing | null;
  readonly direction: MoneyDirection | null;
  readonly conversion: FactsJson['call']['conversion'] | null;
  readonly holds: FactsJson['holds'];
  readonly was_approved: boolean;
  readonly position: bigint;
}

function toCall(row: Row): RecordedCall {
  const { decision, message } = row;
  return {
    id: row.id as ReservationId,
    vaultKeyId: row.vault_key_id as VaultKeyId,
    agentType: row.agent_type,
    runId: row.run_id,
    provider: row.provider,
    operation: row.operation,
    endpoint: row.endpoint,
    decision,
    rule: row.rule,
    policyId: row.policy_id,
    idempotencyKey: row.idempotency_key,
    state: row.state,
    currency: row.currency,
    startedAtMs: Number(row.started_at_ms),
    endedAtMs: row.ended_at_ms === null ? null : Number(row.ended_at_ms),
    reservedMicros: row.reserved_micros ?? undefined,
    spentMicros: row.spent_micros ?? undefined,
    direction: row.direction ?? undefined,
    conversion: row.conversion ? decodeConversion(row.conversion) : undefined,
    fingerprint: row.fingerprint,
    pricing: row.pricing === null ? undefined : readPricing(row.pricing),
    holds: row.holds.map(decodeHold),
    wasApproved: row.was_approved,
    originalId: replayOriginal({ decision, message }),
  };
}
