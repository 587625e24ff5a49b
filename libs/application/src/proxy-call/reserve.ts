import {
  type BoundCap,
  invariant,
  type Policy,
  type Refusal,
  type ReservationId,
  rootKeyId,
  type VaultKeyId,
  type Verdict,
  windowCandidates,
  windowOffer,
} from '@keybrake/domain';
import { pause } from '../deadline.js';
import type {
  ApprovalClaim,
  Claim,
  GuardClaim,
  HoldRequest,
  Meter,
  ReserveCommand,
  ReserveOutcome,
} from '../ports/admission-store.js';
import type { Digests } from '../ports/digests.js';
import type { ProxyCallPorts, ProxyCallSettings, ReadCall } from './call.js';

export interface HeldAdmission {
  readonly kind: 'held';
  readonly outcome: Extract<ReserveOutcome, { kind: 'held' }>;
  readonly command: Pick<ReserveCommand, 'holds' | 'guard' | 'approval'>;
}

/** What phase 1 can end in; a key still in flight after the wait, or a store that isn't ready, has become a refusal. */
export type Admission = HeldAdmission | Exclude<ReserveOutcome, { kind: 'held' | 'in_flight' | 'not_ready' }>;

const RETRY_AFTER_MS = 1_000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 200;

/** Phase 1: one atomic step of the admission store, repeated only while another call with the same key is in flight. */
export async function reserve(
  ports: Pick<ProxyCallPorts, 'admission' | 'digests' | 'runtime'>,
  settings: ProxyCallSettings,
  call: ReadCall,
  reservationId: ReservationId,
): Promise<Admission> {
  const command = reserveCommand(ports.digests, call, reservationId, ports.runtime.nowMs());
  const giveUpAtMs = ports.runtime.nowMs() + settings.inFlightWaitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const outcome = await ports.admission.reserve(command);
    if (outcome.kind === 'held') return { kind: 'held', outcome, command };
    if (outcome.kind === 'not_ready') {
      return refusedBecause(unavailable('The admission store'));
    }
    if (outcome.kind !== 'in_flight') return outcome;
    if (ports.runtime.nowMs() + pauseMs > giveUpAtMs) {
      return refusedBecause({ code: 'in_flight', retryAfterMs: RETRY_AFTER_MS });
    }
    await pause(pauseMs);
  }
}

export const unavailable = (dependency: string): Refusal => ({
  code: 'unavailable',
  dependency,
  retryAfterMs: RETRY_AFTER_MS,
});

const refusedBecause = (refusal: Extract<ReserveOutcome, { kind: 'refused' }>['refusal']): Admission => ({
  kind: 'refused',
  refusal,
});

/** What a reservation is made of; a recorded call that is simulated has it too. */
export type Reservable = Pick<
  ReadCall,
  'accountId' | 'record' | 'verdict' | 'operation' | 'fingerprint' | 'idempotencyKey' | 'runId'
>;

/** `nowMs` only offers the windows: the store's clock chooses (R6). */
export function reserveCommand(
  digests: Pick<Digests, 'sha256'>,
  call: Reservable,
  reservationId: ReservationId,
  nowMs: number,
): ReserveCommand {
  const { key, policy } = call.record;
  return {
    reservationId,
    accountId: call.accountId,
    lineage: key.lineage,
    policyId: policy.id,
    policyVersion: policy.version,
    refusal: call.verdict.kind === 'refused' ? call.verdict.refusal : undefined,
    claim: claimOf(digests, call),
    guard: guardOf(digests, call),
    approval: approvalOf(call),
    isShadow: policy.mode === 'shadow',
    meters: metersOf(call, nowMs),
    holds: holdsOf(call.verdict, nowMs),
  };
}

/** Reads are not deduplicated; of the others only those that were understood, since the fingerprint is of the parsed call. */
function claimOf(digests: Pick<Digests, 'sha256'>, call: Reservable): Claim | undefined {
  if (call.idempotencyKey === undefined || call.operation === undefined || call.operation.class === 'read')
    return undefined;
  if (call.fingerprint === '') return undefined;
  return {
    rootKeyId: rootKeyId(call.record.key),
    keyHash: digests.sha256(call.idempotencyKey),
    fingerprint: call.fingerprint,
  };
}

/** Of the same calls as the claim, with an idempotency key or without. */
function guardOf(digests: Pick<Digests, 'sha256'>, call: Reservable): GuardClaim | undefined {
  const { duplicateGuard } = call.record.policy;
  const { operation, fingerprint, runId } = call;
  if (duplicateGuard === undefined || operation === undefined || operation.class === 'read') return undefined;
  if (fingerprint === '') return undefined;
  const { mode, windowMs, scope } = duplicateGuard;
  const hash = digests.sha256(`${fingerprint}\n${scope === 'run' ? (runId ?? '') : '*'}`);
  return { rootKeyId: rootKeyId(call.record.key), hash, windowMs, mode };
}

function approvalOf({ verdict, record }: Reservable): ApprovalClaim | undefined {
  const { approval } = record.policy;
  if (approval === undefined || verdict.kind === 'refused' || verdict.approval === undefined) return undefined;
  return { ...verdict.approval.amount, validMs: approval.validMs };
}

function holdsOf(verdict: Verdict, nowMs: number): readonly HoldRequest[] {
  if (verdict.kind === 'refused' || verdict.caps.length === 0) return [];
  const { amount } = verdict;
  invariant(amount !== undefined, 'a call with caps has an amount');
  const toHold = (cap: BoundCap): HoldRequest => ({
    cap,
    amountMicros: amount.micros,
    ...windowOffer(cap.window, cap.timeZone, nowMs),
  });
  return verdict.caps.map(toHold);
}

export const meterCounter = (
  kind: Meter['kind'],
  rootKey: VaultKeyId,
  { timeZone }: Pick<Policy, 'timeZone'>,
): string => `${kind}/${rootKey}/${timeZone}`;

// Meters count per root key, so that child keys share their parent's quota.
function metersOf(call: Reservable, nowMs: number): readonly Meter[] {
  const { policy, key } = call.record;
  const counter = (kind: Meter['kind']) => meterCounter(kind, rootKeyId(key), policy);
  const meters: Meter[] = [];
  if (policy.requestsPerMonth !== undefined) {
    const windows = windowCandidates('month', policy.timeZone, nowMs);
    meters.push({ kind: 'quota', counter: counter('quota'), limit: policy.requestsPerMonth, windows });
  }
  if (policy.requestsPerSecond !== undefined) {
    meters.push({ kind: 'rate', counter: counter('rate'), limit: policy.requestsPerSecond, windows: [] });
  }
  return meters;
}
