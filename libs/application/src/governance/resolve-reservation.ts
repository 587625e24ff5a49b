import type { ReservationId, SpendEvent } from '@keybrake/domain';
import { within } from '../deadline.js';
import type { AdmissionStore, Settlement } from '../ports/admission-store.js';
import type { EventAppender } from '../ports/event-log.js';
import type { Runtime } from '../ports/runtime.js';
import type { Actor } from './governance.js';

export interface Resolution {
  readonly outcome: 'executed' | 'not_executed';
  /** What the provider moved, when it executed the call. */
  readonly actualMicros: bigint;
  /** Why the person is sure; kept with the event. */
  readonly note: string;
}

export interface ResolvePorts {
  readonly admission: Pick<AdmissionStore, 'settle'>;
  readonly log: EventAppender;
  readonly runtime: Runtime;
}

const RECORD_TIMEOUT_MS = 2_000;

/** A person settles a call in doubt: the log first, then the admission store, as any outcome (R3: evidence, not time). */
export async function resolveReservation(
  ports: ResolvePorts,
  actor: Actor,
  reservationId: ReservationId,
  resolution: Resolution,
): Promise<void> {
  const { accountId } = actor;
  const event = resolutionEvent(ports.runtime, actor, reservationId, resolution);
  await within(ports.log.append(accountId, [event]), RECORD_TIMEOUT_MS, 'The event log');
  const settlement: Settlement =
    resolution.outcome === 'executed'
      ? { kind: 'committed', actualMicros: resolution.actualMicros, sealedResponse: undefined }
      : { kind: 'released', recorded: true };
  await ports.admission.settle({ accountId, reservationId }, settlement);
}

function resolutionEvent(
  runtime: Runtime,
  actor: Actor,
  reservationId: ReservationId,
  resolution: Resolution,
): SpendEvent {
  const occurredAtMs = runtime.nowMs();
  const base = { eventId: runtime.newEventId(), accountId: actor.accountId, occurredAtMs, reservationId };
  const detail = `${actor.name}: ${resolution.note}`;
  if (resolution.outcome === 'not_executed') {
    return { type: 'SpendReleased', ...base, reason: 'resolved_not_executed', upstream: undefined, detail };
  }
  const upstream = { status: 0, requestId: detail, latencyMs: 0 };
  const { actualMicros } = resolution;
  return {
    type: 'SpendCommitted',
    ...base,
    actualMicros,
    upstream,
    completedAtMs: occurredAtMs,
    sealedResponse: undefined,
  };
}
