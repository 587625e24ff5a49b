import { approvalIdOf, invariant, type Refusal, type ReservationId } from '@keybrake/domain';
import type { OutgoingRequest } from '@keybrake/providers';
import { within } from '../deadline.js';
import { approvalPage } from '../governance/approval-link.js';
import type { ReserveOutcome } from '../ports/admission-store.js';
import { DependencyUnavailable } from '../ports/runtime.js';
import { abandon } from './abandon.js';
import type { AdmittedCall, ProxyCallPorts, ProxyCallSettings, ReadCall } from './call.js';
import { outgoingRequest } from './forward.js';
import { sealRequest } from './kept-request.js';
import { spendReleased, spendReserved } from './record.js';
import { type HeldAdmission, unavailable } from './reserve.js';

export function admittedCall(
  call: ReadCall,
  reservationId: AdmittedCall['reservationId'],
  { outcome }: HeldAdmission,
): AdmittedCall {
  const { operation, outgoing, verdict } = call;
  if (operation === undefined || outgoing === undefined) throw new Error('a call that was not understood was admitted');
  const remaining = outcome.windows.map((window) => window.remainingMicros);
  const remainingMicros = remaining.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
  return {
    ...call,
    operation,
    outgoing,
    reservationId,
    incarnation: outcome.incarnation,
    adopted: false,
    remainingMicros,
    duplicateOf: outcome.duplicateOf,
    approval: outcome.approval,
    shadowRefusal: (verdict.kind === 'allowed' ? verdict.shadowRefusal : undefined) ?? outcome.shadowRefusal,
  };
}

/** Phase 2: not one byte leaves before the log has acknowledged the reservation (R2). */
export async function recordReserved(
  ports: ProxyCallPorts,
  settings: ProxyCallSettings,
  call: AdmittedCall,
  { outcome, command }: HeldAdmission,
): Promise<OutgoingRequest> {
  try {
    const waits = call.approval !== undefined && 'untilMs' in call.approval;
    const [request, sealedRequest] = await Promise.all([
      outgoingRequest(ports, call),
      // Of what only waits nobody will need the request.
      waits ? undefined : sealRequest(ports.seal, call),
    ]);
    const reserved = spendReserved(ports.runtime, call, outcome, command, sealedRequest);
    // In one append, the release first: at no point of the log both are open.
    const events =
      outcome.supersedes === undefined ? [reserved] : [superseded(ports, call, outcome.supersedes), reserved];
    await within(ports.log.append(call.accountId, events), settings.recordTimeoutMs, 'The event log');
    call.watch.ended('record');
    return request;
  } catch (error) {
    abandon(ports, call, error instanceof DependencyUnavailable ? `${error.dependency} unavailable` : 'defect');
    throw error;
  }
}

/** Without times: they are the call's, not the request's. */
const superseded = ({ runtime }: ProxyCallPorts, call: AdmittedCall, request: ReservationId) => ({
  ...spendReleased(runtime, call, request, 'superseded', call.reservationId),
  times: undefined,
});

/** Instead of phase 3, for a call that a person has to agree to. Returns what its caller is told. */
export async function awaitApproval(
  ports: ProxyCallPorts,
  settings: ProxyCallSettings,
  call: AdmittedCall,
  untilMs: number,
): Promise<Refusal> {
  try {
    const waits = await ports.admission.awaitApproval(call);
    if (waits) return approvalRefusal(settings, call, { state: 'waiting', reservationId: call.reservationId, untilMs });
    abandon(ports, call, 'not_held');
    return unavailable('The reservation of this call');
  } catch (error) {
    abandon(ports, call, 'waiting not confirmed');
    throw error;
  }
}

/** What the caller of a request that was not approved, or not yet, is told. */
export function approvalRefusal(
  settings: ProxyCallSettings,
  { verdict }: ReadCall,
  { state, reservationId, untilMs }: Pick<NotApproved, 'state' | 'reservationId' | 'untilMs'>,
): Refusal {
  const approvalId = approvalIdOf(reservationId);
  if (state !== 'waiting') return { code: state === 'denied' ? 'approval_denied' : 'approval_expired', approvalId };
  const needed = verdict.kind === 'allowed' ? verdict.approval : undefined;
  invariant(needed !== undefined, 'a call that waits for a person needs its approval');
  return {
    code: 'approval_required',
    requested: needed.amount,
    above: needed.above,
    request: { approvalId, expiresAtMs: untilMs, page: approvalPage(settings.adminUrl, approvalId) },
  };
}

type NotApproved = Extract<ReserveOutcome, { kind: 'not_approved' }>;

/** Phase 3. Undefined when launched. A refused launch was provably not forwarded, so its owner may release it. */
export async function launch(
  ports: ProxyCallPorts,
  settings: ProxyCallSettings,
  call: AdmittedCall,
): Promise<Refusal | undefined> {
  const command = {
    reservationId: call.reservationId,
    accountId: call.accountId,
    lineage: call.record.key.lineage,
    incarnation: call.incarnation,
    owner: settings.owner,
    outcomeDueMs: settings.upstreamTimeoutMs + settings.recordTimeoutMs,
  };
  try {
    const outcome = await ports.admission.launch(command);
    if (outcome.kind === 'launched') {
      call.watch.ended('launch');
      return undefined;
    }
    abandon(ports, call, outcome.reason);
    return launchRefusal(outcome.reason);
  } catch (error) {
    // The launch may have happened; this process will not forward, and nobody else can.
    abandon(ports, call, 'launch not confirmed');
    throw error;
  }
}

function launchRefusal(reason: 'revoked' | 'expired' | 'frozen' | 'not_held' | 'incarnation'): Refusal {
  switch (reason) {
    case 'revoked':
      return { code: 'key_revoked' };
    case 'expired':
      return { code: 'key_expired' };
    case 'frozen':
      return { code: 'account_frozen' };
    case 'not_held':
    case 'incarnation':
      return unavailable('The reservation of this call');
  }
}
