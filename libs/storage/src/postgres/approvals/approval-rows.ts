import type { ApprovalRequested, ApprovalVote, StoredApproval } from '@keybrake/application';
import type {
  AccountId,
  ApprovalId,
  ApprovalState,
  Currency,
  PolicyId,
  ProviderId,
  ReservationId,
  RunId,
  VaultKeyId,
} from '@keybrake/domain';

export interface ApprovalRow {
  readonly approval_id: ApprovalId;
  readonly account_id: AccountId;
  readonly reservation_id: ReservationId;
  readonly vault_key_id: VaultKeyId;
  readonly agent_type: string;
  readonly run_id: RunId | null;
  readonly provider: ProviderId;
  readonly operation: string;
  readonly endpoint: string;
  readonly policy_id: PolicyId;
  readonly policy_version: number;
  readonly currency: Currency;
  readonly amount_micros: bigint;
  readonly root_key_id: VaultKeyId;
  readonly key_hash: string;
  readonly fingerprint: string;
  readonly state: ApprovalState;
  readonly approvers: number;
  readonly valid_ms: bigint;
  readonly decisions: readonly ApprovalVote[];
  readonly requested_at_ms: bigint;
  readonly expires_at_ms: bigint;
  readonly used_by: ReservationId | null;
  readonly is_untold: boolean;
}

export const toApproval = (row: ApprovalRow): StoredApproval => ({
  id: row.approval_id,
  accountId: row.account_id,
  reservationId: row.reservation_id,
  vaultKeyId: row.vault_key_id,
  agentType: row.agent_type,
  runId: row.run_id ?? undefined,
  provider: row.provider,
  operation: row.operation,
  endpoint: row.endpoint,
  policyId: row.policy_id,
  policyVersion: row.policy_version,
  amount: { currency: row.currency, micros: row.amount_micros },
  claim: { rootKeyId: row.root_key_id, keyHash: row.key_hash, fingerprint: row.fingerprint },
  state: row.state,
  approvers: row.approvers,
  validMs: Number(row.valid_ms),
  votes: row.decisions,
  requestedAtMs: Number(row.requested_at_ms),
  expiresAtMs: Number(row.expires_at_ms),
  usedBy: row.used_by ?? undefined,
  isUntold: row.is_untold,
});

/** As `json_populate_recordset` takes it. */
export const requestRow = (request: ApprovalRequested) => ({
  approval_id: request.id,
  account_id: request.accountId,
  reservation_id: request.reservationId,
  vault_key_id: request.vaultKeyId,
  agent_type: request.agentType,
  run_id: request.runId ?? null,
  provider: request.provider,
  operation: request.operation,
  endpoint: request.endpoint,
  policy_id: request.policyId,
  policy_version: request.policyVersion,
  currency: request.amount.currency,
  amount_micros: request.amount.micros.toString(),
  root_key_id: request.claim.rootKeyId,
  key_hash: request.claim.keyHash,
  fingerprint: request.claim.fingerprint,
  approvers: request.approvers,
  valid_ms: request.validMs,
  requested_at_ms: request.requestedAtMs,
  expires_at_ms: request.expiresAtMs,
});
