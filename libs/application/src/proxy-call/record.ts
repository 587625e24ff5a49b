import {
  type CallIdentity,
  describeRefusal,
  type Hold,
  invariant,
  type Refusal,
  type ReleaseReason,
  type ReservationId,
  recordPricing,
  rootKeyId,
  type SpendCommitted,
  type SpendEvent,
  type SpendReleased,
  type SpendReserved,
  type UpstreamFacts,
} from '@keybrake/domain';
import type { HoldRequest, ReserveCommand, ReserveOutcome } from '../ports/admission-store.js';
import type { Runtime } from '../ports/runtime.js';
import type { AdmittedCall, ReadCall } from './call.js';

const base = (runtime: Runtime, call: ReadCall) => ({
  eventId: runtime.newEventId(),
  accountId: call.accountId,
  occurredAtMs: runtime.nowMs(),
});

function identityOf(call: ReadCall): CallIdentity {
  const { key, policy } = call.record;
  return {
    vaultKeyId: key.id,
    rootKeyId: rootKeyId(key),
    agentType: key.agentType,
    runId: call.runId,
    provider: call.provider.id,
    operation: call.operation === undefined ? 'unknown' : `${call.operation.resource}:${call.operation.action}`,
    endpoint: call.endpoint,
    policyId: policy.id,
    policyVersion: policy.version,
    timeZone: policy.timeZone,
    idempotencyKey: call.idempotencyKey,
    amount: call.verdict.kind === 'allowed' ? call.verdict.amount : refusedAmount(call.verdict.refusal),
    direction: call.operation?.direction,
    pricing: call.pricing && recordPricing(call.pricing),
    ...(call.verdict.kind === 'allowed' ? { conversion: call.verdict.conversion } : {}),
  };
}

function refusedAmount(refusal: Refusal) {
  return 'requested' in refusal ? refusal.requested : undefined;
}

export function spendReserved(
  runtime: Runtime,
  call: AdmittedCall,
  held: Extract<ReserveOutcome, { kind: 'held' }>,
  { holds, guard }: Pick<ReserveCommand, 'holds' | 'guard'>,
  sealedRequest: string | undefined,
): SpendReserved {
  return {
    type: 'SpendReserved',
    ...base(runtime, call),
    reservationId: call.reservationId,
    incarnation: held.incarnation,
    call: identityOf(call),
    fingerprint: call.fingerprint,
    reservedAtMs: held.reservedAtMs,
    holds: holds.map((request, index) => stampedHold(request, held.windows[index]?.span)),
    sealedRequest,
    pricesFor: call.pricesFor,
    guardHash: guard?.hash,
    duplicateOf: held.duplicateOf,
    ...approvalFacts(call),
    shadow: call.shadowRefusal && { rule: call.shadowRefusal.code, message: messageOf(call.shadowRefusal) },
  };
}

function approvalFacts({ approval, record }: AdmittedCall): Pick<SpendReserved, 'approval' | 'approvedAs'> {
  if (approval === undefined) return {};
  if ('approvedAs' in approval) return approval;
  const rule = record.policy.approval;
  invariant(rule !== undefined, 'a call that waits for a person has a policy that asks');
  return { approval: { expiresAtMs: approval.untilMs, approvers: rule.approvers, validMs: rule.validMs } };
}

function stampedHold({ cap, amountMicros }: HoldRequest, span: { id: string; endsAtMs: number } | undefined): Hold {
  const { counter, scope, scopeId, window, currency, direction, limitMicros } = cap;
  return {
    counter,
    scope,
    scopeId,
    window,
    windowId: span?.id ?? '',
    windowEndsAtMs: span?.endsAtMs ?? 0,
    currency,
    direction,
    limitMicros,
    amountMicros,
  };
}

export function spendCommitted(
  runtime: Runtime,
  call: ReadCall,
  reservationId: ReservationId,
  actualMicros: bigint,
  upstream: UpstreamFacts,
  made: Pick<SpendCommitted, 'sealedResponse' | 'objectId' | 'madeId' | 'isProvisional'>,
): SpendCommitted {
  const event = base(runtime, call);
  const completedAtMs = event.occurredAtMs;
  const times = call.watch.times();
  return { type: 'SpendCommitted', ...event, reservationId, actualMicros, upstream, completedAtMs, times, ...made };
}

export function spendReleased(
  runtime: Runtime,
  call: ReadCall,
  reservationId: ReservationId,
  reason: ReleaseReason,
  detail: string | undefined,
  upstream?: UpstreamFacts,
): SpendReleased {
  const times = call.watch.times();
  return { type: 'SpendReleased', ...base(runtime, call), reservationId, reason, upstream, detail, times };
}

export function callDenied(runtime: Runtime, call: ReadCall, callId: ReservationId, refusal: Refusal): SpendEvent {
  const event = base(runtime, call);
  return {
    type: 'CallDenied',
    ...event,
    callId,
    call: identityOf(call),
    fingerprint: call.fingerprint,
    rule: refusal.code,
    message: messageOf(refusal),
    latencyMs: event.occurredAtMs - call.watch.startedAtMs,
  };
}

export function callReplayed(
  runtime: Runtime,
  call: ReadCall,
  callId: ReservationId,
  originalReservationId: ReservationId,
  status: number,
): SpendEvent {
  const event = base(runtime, call);
  const latencyMs = event.occurredAtMs - call.watch.startedAtMs;
  const { fingerprint } = call;
  return {
    type: 'CallReplayed',
    ...event,
    callId,
    call: identityOf(call),
    fingerprint,
    originalReservationId,
    status,
    latencyMs,
  };
}

const messageOf = (refusal: Refusal): string => printable(describeRefusal(refusal));

/** Parser messages may quote the request: what a terminal or a database can't take is replaced. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, '\u{fffd}').slice(0, 1_000);
}
