import { type Alert, type CallDenied, formatMoney, minorRoundedUp, type SpendReserved } from '@keybrake/domain';
import type { Anomaly } from '../ports/ledger-store.js';

/** A request that was made again under another idempotency key: let through where its policy only warns, or blocked. */
export function duplicateAlert(event: SpendReserved | CallDenied): Alert | undefined {
  const callId = event.type === 'SpendReserved' ? event.reservationId : event.callId;
  const isDuplicate =
    event.type === 'SpendReserved' ? event.duplicateOf !== undefined : event.rule === 'duplicate_call';
  if (!isDuplicate) return undefined;
  const { accountId, call, occurredAtMs } = event;
  const { vaultKeyId, agentType, runId, endpoint, amount } = call;
  const what = event.type === 'SpendReserved' ? 'was let through' : 'was blocked';
  const cost = amount === undefined ? '' : ` for ${formatMoney(amount)}`;
  return {
    accountId,
    type: 'call.duplicate',
    subject: vaultKeyId,
    occurredAtMs,
    dedupeKey: `duplicate/${callId}`,
    summary: `A repeated ${endpoint}${cost} by ${agentType} ${what}.`,
    data: {
      callId,
      vaultKeyId,
      agentType,
      endpoint,
      runId: runId ?? null,
      outcome: what.replace('was ', ''),
      currency: amount?.currency ?? null,
      amountMinor: amount === undefined ? null : minorRoundedUp(amount.micros, amount.currency).toString(),
    },
  };
}

export function anomalyAlert(
  { accountId, reservationId, kind, detail }: Anomaly,
  vaultKeyId: string,
  nowMs: number,
): Alert {
  return {
    accountId,
    type: 'call.anomaly',
    subject: vaultKeyId,
    occurredAtMs: nowMs,
    dedupeKey: `anomaly/${reservationId}/${kind}`,
    summary: `Something that should not happen, with ${reservationId}: ${detail}.`,
    data: { callId: reservationId, vaultKeyId, kind, detail },
  };
}
