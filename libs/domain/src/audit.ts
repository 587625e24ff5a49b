import { approvalIdOf } from './approval.js';
import { effectiveTrueUp, type Reservation } from './reservation.js';
import type { CallDenied, CallIdentity, CallReplayed, SpendReserved } from './spend-event.js';

export const AUDIT_DECISIONS = ['allowed', 'denied', 'replayed'] as const;
export type AuditDecision = (typeof AUDIT_DECISIONS)[number];
export const AUDIT_STATES = ['open', 'committed', 'released', 'denied', 'replayed'] as const;
export type AuditState = (typeof AUDIT_STATES)[number];

/** One per call, denials and replays included. Flat and JSON-safe: this is what is hashed, stored and shown. */
export interface AuditEntry {
  readonly id: string;
  readonly accountId: string;
  readonly vaultKeyId: string;
  readonly agentType: string;
  readonly runId: string | null;
  readonly provider: string;
  readonly operation: string;
  readonly endpoint: string;
  readonly decision: AuditDecision;
  /** The rule that refused; of an allowed call, the rule that would have refused if it did more than warn, or null. */
  readonly rule: string | null;
  readonly message: string | null;
  readonly policyId: string;
  readonly policyVersion: number;
  readonly idempotencyKey: string | null;
  readonly currency: string | null;
  readonly reservedMicros: string | null;
  readonly committedMicros: string | null;
  /** The price that was told later; absent, and not part of the digest, while there is none. */
  readonly finalMicros?: string;
  readonly state: AuditState;
  readonly upstreamStatus: number | null;
  readonly upstreamRequestId: string | null;
  readonly latencyMs: number | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
}

function identity(call: CallIdentity) {
  return {
    vaultKeyId: call.vaultKeyId,
    agentType: call.agentType,
    runId: call.runId ?? null,
    provider: call.provider,
    operation: call.operation,
    endpoint: call.endpoint,
    policyId: call.policyId,
    policyVersion: call.policyVersion,
    idempotencyKey: call.idempotencyKey ?? null,
    currency: call.amount?.currency ?? null,
    reservedMicros: call.amount?.micros.toString() ?? null,
  };
}

/** The entry of a reservation as far as it is known; `facts` of the reservation must be there. */
export function reservationEntry(facts: SpendReserved, reservation: Reservation): AuditEntry {
  const { outcome } = reservation;
  const ended = outcome.state === 'open' ? undefined : outcome;
  const trueUp = effectiveTrueUp(reservation);
  return {
    id: reservation.reservationId,
    accountId: facts.accountId,
    ...identity(facts.call),
    decision: facts.approval === undefined ? 'allowed' : 'denied',
    rule: warningRule(facts),
    message: reservationMessage(facts, reservation),
    committedMicros: outcome.state === 'committed' ? outcome.actualMicros.toString() : null,
    ...(trueUp === undefined ? {} : { finalMicros: trueUp.actualMicros.toString() }),
    state: outcome.state,
    upstreamStatus: ended?.upstream?.status ?? null,
    upstreamRequestId: ended?.upstream?.requestId ?? null,
    latencyMs: ended?.upstream?.latencyMs ?? null,
    startedAtMs: facts.reservedAtMs,
    endedAtMs: ended?.atMs ?? null,
  };
}

function warningRule({ approval, shadow, duplicateOf }: SpendReserved): string | null {
  if (approval !== undefined) return 'approval_required';
  return shadow?.rule ?? (duplicateOf === undefined ? null : 'duplicate_call');
}

function reservationMessage(facts: SpendReserved, { outcome, reservationId }: Reservation): string | null {
  const { resolves, duplicateOf, shadow, approval, approvedAs } = facts;
  if (outcome.state === 'released') return releaseMessage(outcome.reason, outcome.detail);
  if (approval !== undefined) return `waits as ${approvalIdOf(reservationId)}`;
  if (approvedAs !== undefined) return `approved as ${approvalIdOf(approvedAs)}`;
  if (shadow !== undefined) return `in shadow, would be refused: ${shadow.message}`;
  if (duplicateOf !== undefined) return `${DUPLICATE_OF}${duplicateOf}`;
  if (resolves !== undefined) return `looked up by the resolver for ${resolves}`;
  return outcome.state === 'committed' ? (outcome.note ?? null) : null;
}

function releaseMessage(reason: string, detail: string | undefined): string {
  return detail === undefined ? reason : `${reason}: ${detail}`;
}

export function denialEntry(event: CallDenied): AuditEntry {
  return {
    ...withoutReservation(event),
    decision: 'denied',
    rule: event.rule,
    message: event.message,
    state: 'denied',
    upstreamStatus: null,
  };
}

export function replayEntry(event: CallReplayed): AuditEntry {
  return {
    ...withoutReservation(event),
    decision: 'replayed',
    rule: null,
    message: replayMessage(event.originalReservationId),
    state: 'replayed',
    upstreamStatus: event.status,
  };
}

const DUPLICATE_OF = 'the same request as ';
const REPLAY_OF = 'answered from ';

export const replayMessage = (originalId: string): string => `${REPLAY_OF}${originalId}`;

/** The call whose answer a replay gave again; undefined for another entry. */
export function replayOriginal({ decision, message }: Pick<AuditEntry, 'decision' | 'message'>): string | undefined {
  return decision === 'replayed' && message?.startsWith(REPLAY_OF) ? message.slice(REPLAY_OF.length) : undefined;
}

function withoutReservation(event: CallDenied | CallReplayed) {
  return {
    id: event.callId,
    accountId: event.accountId,
    ...identity(event.call),
    committedMicros: null,
    upstreamRequestId: null,
    latencyMs: event.latencyMs,
    startedAtMs: event.occurredAtMs,
    endedAtMs: event.occurredAtMs,
  };
}

const DIGEST_ORDER: readonly string[] = Object.keys({
  accountId: 0,
  agentType: 0,
  committedMicros: 0,
  currency: 0,
  decision: 0,
  endedAtMs: 0,
  endpoint: 0,
  finalMicros: 0,
  id: 0,
  idempotencyKey: 0,
  latencyMs: 0,
  message: 0,
  operation: 0,
  policyId: 0,
  policyVersion: 0,
  provider: 0,
  reservedMicros: 0,
  rule: 0,
  runId: 0,
  startedAtMs: 0,
  state: 0,
  upstreamRequestId: 0,
  upstreamStatus: 0,
  vaultKeyId: 0,
} satisfies Record<keyof AuditEntry, 0>);

/** The text whose hash goes into the vault key's chain: JSON with its keys in alphabetical order. */
export function auditDigestText(entry: AuditEntry): string {
  return JSON.stringify(entry, DIGEST_ORDER as string[]);
}

/** The text of a link: its own digest and its predecessor's hash, so that an edit, a gap or another order shows. */
export function auditLinkText(previousHash: string, sequence: number, entryId: string, contentHash: string): string {
  return JSON.stringify({ contentHash, entryId, previousHash, sequence });
}
