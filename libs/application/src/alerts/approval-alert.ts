import { type Alert, formatMoney } from '@keybrake/domain';
import type { ApprovalRequested } from '../ports/approval-store.js';
import { amountData } from './amounts.js';

/** Somebody has to decide. Its delivery carries a link that decides (see approval-link.ts); the alert itself does not. */
export function approvalAlert(request: ApprovalRequested): Alert {
  const { accountId, id, vaultKeyId, agentType, endpoint, runId, amount, requestedAtMs, expiresAtMs, approvers } =
    request;
  const expiresAt = new Date(expiresAtMs).toISOString();
  const who = approvers === 1 ? 'a person' : 'two people';
  return {
    accountId,
    type: 'approval.requested',
    subject: vaultKeyId,
    occurredAtMs: requestedAtMs,
    dedupeKey: `approval/${id}`,
    summary: `${agentType} asks to call ${endpoint} for ${formatMoney(amount)}: ${who} may approve until ${expiresAt.slice(0, 16)}Z.`,
    data: {
      approvalId: id,
      vaultKeyId,
      agentType,
      endpoint,
      runId: runId ?? null,
      approvers,
      expiresAt,
      ...amountData(amount),
    },
  };
}
