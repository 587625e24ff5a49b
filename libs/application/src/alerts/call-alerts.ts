import type { Alert, CallDenied, SpendReserved } from '@keybrake/domain';
import type { Anomaly } from '../ports/ledger-store.js';
import { amountData, costOf } from './amounts.js';

/** A request that was made again under another idempotency key: let through where its policy only warns, or blocked. */
export function duplicateAlert(event: SpendReserved | CallDenied): Alert | undefined {
  const wasMade = event.type === 'SpendReserved';
  if (wasMade ? event.duplicateOf === undefined : event.rule !== 'duplicate_call') return undefined;
  const callId = wasMade ? event.reservationId : event.callId;
  const outcome = wasMade ? 'let through' : 'blocked';
  const { accountId, call, occurredAtMs } = event;
  const { vaultKeyId, agentType, runId, endpoint, amount } = call;
  return {
    accountId,
    type: 'call.duplicate',
    subject: vaultKeyId,
    occurredAtMs,
    dedupeKey: `duplicate/${callId}`,
    summary: `A repeated ${endpoint}${costOf(amount)} by ${agentType} was ${outcome}.`,
    data: { callId, vaultKeyId, agentType, endpoint, runId: runId ?? null, outcome, ...amountData(amount) },
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
