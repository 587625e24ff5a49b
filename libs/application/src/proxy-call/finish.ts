import type { Refusal, SpendCommitted, SpendReleased } from '@keybrake/domain';
import { within } from '../deadline.js';
import type { ReservationRef, Settlement } from '../ports/admission-store.js';
import type { UpstreamResponse } from '../ports/upstream.js';
import type { AdmittedCall, ProxyCallPorts, ProxyCallSettings } from './call.js';
import { type Ending, outcomeEvent, reservedAmount } from './forward.js';

export type Finished =
  | { readonly kind: 'answered'; readonly response: UpstreamResponse; readonly recorded: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly decision: 'in_doubt' | 'unavailable' };

/** Phases 5 and 6: what the provider's side ended in goes to the log, then to the admission store. */
export async function finish(
  ports: ProxyCallPorts,
  settings: ProxyCallSettings,
  call: AdmittedCall,
  ending: Ending,
  latencyMs: number,
): Promise<Finished> {
  const event = await outcomeEvent(ports, settings, call, ending, latencyMs);
  if (event === undefined) return inDoubt(ports, call);
  const { recorded, settled } = recordOutcome(ports, call, event);
  ports.unfinished.keep('recording and settling an outcome', settled);
  // The money has moved or it hasn't: the caller gets the provider's true answer also when the log is slow. The hold
  // stays until the event is in, and if this process dies first, the call is in doubt and settled by its retry.
  const awaited = givesRoomBack(call, event) ? settled : recorded;
  const inTime = await within(awaited, settings.recordTimeoutMs, 'The event log').then(
    () => true,
    () => false,
  );
  if (ending.kind === 'answered') return { kind: 'answered', response: ending.response, recorded: inTime };
  const dependency = `The connection to ${call.provider.id}`;
  return {
    kind: 'refused',
    refusal: { code: 'unavailable', dependency, retryAfterMs: 1_000 },
    decision: 'unavailable',
  };
}

async function inDoubt(ports: ProxyCallPorts, call: AdmittedCall): Promise<Finished> {
  // Only saves the next retry the wait for the deadline; without it the deadline says the same.
  await ports.admission
    .markInDoubt(call)
    .catch((error: unknown) => ports.observer.leftOver('marking a call in doubt', call.reservationId, error));
  const retryResolves = call.provider.resendable && call.idempotencyKey !== undefined;
  const { reservationId } = call;
  return { kind: 'refused', refusal: { code: 'outcome_unknown', reservationId, retryResolves }, decision: 'in_doubt' };
}

/** Phases 5 and 6 for an outcome that is known: the log first, then the admission store. */
export function recordOutcome(
  ports: Pick<ProxyCallPorts, 'log' | 'admission'>,
  call: ReservationRef,
  event: SpendCommitted | SpendReleased,
): { readonly recorded: Promise<void>; readonly settled: Promise<unknown> } {
  const settlement: Settlement =
    event.type === 'SpendCommitted'
      ? { kind: 'committed', actualMicros: event.actualMicros, sealedResponse: event.sealedResponse }
      : { kind: 'released', recorded: true };
  const recorded = ports.log.append(call.accountId, [event]);
  return { recorded, settled: recorded.then(() => ports.admission.settle(call, settlement)) };
}

/**
 * Room that the caller may use in its next call is there when it has its answer. A commit of the whole hold changes no
 * room, so nobody waits for it: until it is settled the hold counts the same, and a retry waits as for a call in flight.
 */
function givesRoomBack(call: AdmittedCall, event: SpendCommitted | SpendReleased): boolean {
  const held = reservedAmount(call)?.micros ?? 0n;
  return event.type === 'SpendReleased' || event.actualMicros !== held;
}
