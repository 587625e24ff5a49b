import type { HoldRequest, ReserveCommand, ReserveOutcome } from '@keybrake/application';
import { type CapState, invariant, type Refusal, type ReservationId, type WindowSpan } from '@keybrake/domain';

/** What the SQL function answers: amounts as text, caps by their counter only. */
export type ReserveReply =
  | {
      kind: 'held';
      incarnation: number;
      reservedAtMs: number;
      windows: { span: WindowSpan; remainingMicros: string }[];
    }
  | { kind: 'refused'; refusal: Exclude<Refusal, { code: 'cap_exceeded' }> | CapRefusal }
  | { kind: 'completed'; reservationId: ReservationId; sealedResponse: string | null }
  | { kind: 'in_flight'; reservationId: ReservationId }
  | { kind: 'in_doubt'; reservationId: ReservationId; launchedAtMs: number }
  | { kind: 'stale_policy' }
  | { kind: 'not_ready' };

interface CapRefusal {
  code: 'cap_exceeded';
  counter: string;
  windowId: string;
  endsAtMs: number;
  committedMicros: string;
  heldMicros: string;
}

export function encodeReserve(command: ReserveCommand): string {
  const { refusal, ...rest } = command;
  return JSON.stringify({
    ...rest,
    // The function only needs to know that there is one; it is given back from the command.
    ...(refusal === undefined ? {} : { refusal: { code: refusal.code } }),
    holds: command.holds.map((hold) => ({
      counter: hold.cap.counter,
      limitMicros: hold.cap.limitMicros.toString(),
      amountMicros: hold.amountMicros.toString(),
      windows: hold.windows,
    })),
  });
}

export function decodeReserveReply(reply: ReserveReply, command: ReserveCommand): ReserveOutcome {
  switch (reply.kind) {
    case 'held':
      return {
        ...reply,
        windows: reply.windows.map(({ span, remainingMicros }) => ({ span, remainingMicros: BigInt(remainingMicros) })),
      };
    case 'refused':
      return { kind: 'refused', refusal: decodeRefusal(reply.refusal, command) };
    case 'completed':
      return { ...reply, sealedResponse: reply.sealedResponse ?? undefined };
    default:
      return reply;
  }
}

function decodeRefusal(refusal: (ReserveReply & { kind: 'refused' })['refusal'], command: ReserveCommand): Refusal {
  if (refusal.code === command.refusal?.code) return command.refusal;
  if (refusal.code !== 'cap_exceeded' || !('counter' in refusal)) return refusal as Refusal;
  const hold = command.holds.find(({ cap }) => cap.counter === refusal.counter);
  invariant(hold !== undefined, 'a cap refusal names a counter of the command');
  const requested = { currency: hold.cap.currency, micros: hold.amountMicros };
  return { code: 'cap_exceeded', requested, cap: capState(hold, refusal) };
}

function capState(hold: HoldRequest, refusal: CapRefusal): CapState {
  const { scope, scopeId, window, currency, limitMicros } = hold.cap;
  return {
    scope,
    scopeId,
    window,
    currency,
    limitMicros,
    windowId: refusal.windowId,
    committedMicros: BigInt(refusal.committedMicros),
    heldMicros: BigInt(refusal.heldMicros),
    resetsAtMs: window === 'total' ? undefined : refusal.endsAtMs,
  };
}
