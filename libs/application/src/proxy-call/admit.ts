import type { Refusal } from '@keybrake/domain';
import type { OutgoingRequest } from '@keybrake/providers';
import { within } from '../deadline.js';
import { DependencyUnavailable } from '../ports/runtime.js';
import { abandon } from './abandon.js';
import type { AdmittedCall, ProxyCallPorts, ProxyCallSettings, ReadCall } from './call.js';
import { outgoingRequest } from './forward.js';
import { sealRequest } from './kept-request.js';
import { spendReserved } from './record.js';
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
    const [request, sealedRequest] = await Promise.all([outgoingRequest(ports, call), sealRequest(ports.seal, call)]);
    const event = spendReserved(ports.runtime, call, outcome, command, sealedRequest);
    await within(ports.log.append(call.accountId, [event]), settings.recordTimeoutMs, 'The event log');
    call.watch.ended('record');
    return request;
  } catch (error) {
    abandon(ports, call, error instanceof DependencyUnavailable ? `${error.dependency} unavailable` : 'defect');
    throw error;
  }
}

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
