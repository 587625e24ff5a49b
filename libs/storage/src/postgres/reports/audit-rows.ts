import type { AuditDecision, AuditEntry, AuditState } from '@keybrake/domain';

export interface AuditRow {
  id: string;
  account_id: string;
  vault_key_id: string;
  agent_type: string;
  run_id: string | null;
  provider: string;
  operation: string;
  endpoint: string;
  decision: AuditDecision;
  rule: string | null;
  message: string | null;
  policy_id: string;
  policy_version: number;
  idempotency_key: string | null;
  currency: string | null;
  reserved_micros: bigint | null;
  committed_micros: bigint | null;
  final_micros: bigint | null;
  state: AuditState;
  upstream_status: number | null;
  upstream_request_id: string | null;
  latency_ms: number | null;
  started_at_ms: bigint;
  ended_at_ms: bigint | null;
}

/** The row as it was hashed: verification depends on each member coming back as it was written. */
export function toAuditEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    accountId: row.account_id,
    vaultKeyId: row.vault_key_id,
    agentType: row.agent_type,
    runId: row.run_id,
    provider: row.provider,
    operation: row.operation,
    endpoint: row.endpoint,
    decision: row.decision,
    rule: row.rule,
    message: row.message,
    policyId: row.policy_id,
    policyVersion: row.policy_version,
    idempotencyKey: row.idempotency_key,
    currency: row.currency,
    reservedMicros: row.reserved_micros?.toString() ?? null,
    committedMicros: row.committed_micros?.toString() ?? null,
    ...(row.final_micros === null ? {} : { finalMicros: row.final_micros.toString() }),
    state: row.state,
    upstreamStatus: row.upstream_status,
    upstreamRequestId: row.upstream_request_id,
    latencyMs: row.latency_ms,
    startedAtMs: Number(row.started_at_ms),
    endedAtMs: row.ended_at_ms === null ? null : Number(row.ended_at_ms),
  };
}
