import type { ApprovalClaim, HoldRequest, ReserveCommand, ReserveOutcome } from '@keybrake/application';
import {
  bucketOf,
  type CapState,
  invariant,
  type Refusal,
  type ReservationId,
  type WindowSpan,
} from '@keybrake/domain';

/** What the stores' own code answers: amounts as text, caps by their counter and windows by their id only. */
export type ReserveReply =
  | {
      kind: 'held';
      incarnation: number;
      reservedAtMs: number;
      windows: { id: string; remainingMicros: string }[];
      duplicateOf?: ReservationId;
      approval?: { untilMs: number } | { approvedAs: ReservationId };
      supersedes?: ReservationId;
      shadowRefusal?: StoreRefusal;
    }
  | { kind: 'refused'; refusal: StoreRefusal }
  | { kind: 'completed'; reservationId: ReservationId; sealedResponse: string | null }
  | { kind: 'in_flight'; reservationId: ReservationId }
  | Extract<ReserveOutcome, { kind: 'not_approved' }>
  | { kind: 'in_doubt'; reservationId: ReservationId; launchedAtMs: number }
  | { kind: 'stale_policy' }
  | { kind: 'not_ready' };

type StoreRefusal = Exclude<Refusal, { code: 'cap_exceeded' }> | CapRefusal;

interface CapRefusal {
  code: 'cap_exceeded';
  counter: string;
  windowId: string;
  committedMicros: string;
  heldMicros: string;
}

/** What the stores' own code needs of a hold; the rest of the cap is put back from the command. */
export function encodeHold({ cap, amountMicros, windows, rolling }: HoldRequest) {
  return {
    counter: cap.counter,
    limitMicros: cap.limitMicros.toString(),
    amountMicros: amountMicros.toString(),
    windows,
    ...(rolling === undefined ? {} : { rolling }),
  };
}

/** Only that there is one: the refusal itself is given back from the command. */
export function encodeRefusal(refusal: Refusal | undefined): { readonly refusal?: { readonly code: string } } {
  return refusal === undefined ? {} : { refusal: { code: refusal.code } };
}

/** What the stores compare an approval with. */
export function encodeApproval(approval: ApprovalClaim | undefined) {
  return approval && { ...approval, micros: approval.micros.toString() };
}

export function decodeReserveReply(reply: ReserveReply, command: ReserveCommand): ReserveOutcome {
  switch (reply.kind) {
    case 'held':
      return {
        ...reply,
        windows: reply.windows.map(({ id, remainingMicros }, index) => ({
          span: spanOf(command.holds[index], id),
          remainingMicros: BigInt(remainingMicros),
        })),
        shadowRefusal: reply.shadowRefusal && decodeRefusal(reply.shadowRefusal, command),
      };
    case 'refused':
      return { kind: 'refused', refusal: decodeRefusal(reply.refusal, command) };
    case 'completed':
      return { ...reply, sealedResponse: reply.sealedResponse ?? undefined };
    default:
      return reply;
  }
}

function spanOf(hold: HoldRequest | undefined, windowId: string): WindowSpan {
  const span =
    hold?.rolling === undefined ? hold?.windows.find(({ id }) => id === windowId) : bucketOf(hold.rolling, windowId);
  invariant(span !== undefined, 'the store chooses among the windows of the command');
  return span;
}

function decodeRefusal(refusal: StoreRefusal, command: ReserveCommand): Refusal {
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
    resetsAtMs: window === 'total' ? undefined : spanOf(hold, refusal.windowId).endsAtMs,
  };
}
