import { CALL_PHASES, type CallTimes } from './call-phase.js';
import type { Currency } from './currency.js';
import type { ReservationId } from './ids.js';
import type {
  Hold,
  ReleaseReason,
  SpendCommitted,
  SpendReleased,
  SpendReserved,
  SpendTruedUp,
  UpstreamFacts,
} from './spend-event.js';

/**
 * A reservation as the log tells it. `facts` come with SpendReserved, `outcome` with the two others, in any order.
 * Outcomes form a lattice, open < released < committed (R5): folding takes the higher one, and of two equally high the
 * earlier, so duplicates and permutations of a reservation's events end in the same state.
 */
export interface Reservation {
  readonly reservationId: ReservationId;
  readonly facts: SpendReserved | undefined;
  readonly outcome: Outcome;
  /** Some release said that the provider never executed the call. */
  readonly releasedAsUnexecuted: boolean;
  /** The final price, which may be known before the commit is; the last one that was told. */
  readonly trueUp?: TrueUp | undefined;
}

export interface TrueUp {
  readonly actualMicros: bigint;
  readonly currency: Currency;
  readonly source: string;
  readonly atMs: number;
}

export type Outcome =
  | { readonly state: 'open' }
  | {
      readonly state: 'released';
      readonly reason: ReleaseReason;
      readonly detail: string | undefined;
      readonly upstream: UpstreamFacts | undefined;
      readonly atMs: number;
      readonly times?: CallTimes | undefined;
    }
  | {
      readonly state: 'committed';
      readonly actualMicros: bigint;
      readonly upstream: UpstreamFacts;
      readonly atMs: number;
      readonly sealedResponse: string | undefined;
      readonly objectId?: string | undefined;
      readonly madeId?: string | undefined;
      readonly isProvisional?: boolean | undefined;
      readonly note?: string | undefined;
      readonly times?: CallTimes | undefined;
    };

export type ReservationEvent = SpendReserved | SpendCommitted | SpendReleased | SpendTruedUp;

export function emptyReservation(reservationId: ReservationId): Reservation {
  return { reservationId, facts: undefined, outcome: { state: 'open' }, releasedAsUnexecuted: false };
}

export function foldReservation(state: Reservation, event: ReservationEvent): Reservation {
  switch (event.type) {
    case 'SpendReserved':
      return state.facts === undefined ? { ...state, facts: event } : state;
    case 'SpendCommitted':
      return { ...state, outcome: higher(state.outcome, committed(event)) };
    case 'SpendReleased': {
      // A provider that refused once (429, wrong credential) may execute the call when it is sent again: no contradiction.
      const releasedAsUnexecuted = state.releasedAsUnexecuted || event.reason !== 'provider_refused';
      return { ...state, releasedAsUnexecuted, outcome: higher(state.outcome, released(event)) };
    }
    case 'SpendTruedUp':
      return { ...state, trueUp: later(state.trueUp, trueUpOf(event)) };
  }
}

/** A release and a commit contradict each other: the commit counts, and a person should know why. */
export function isAnomaly(reservation: Reservation): boolean {
  return reservation.outcome.state === 'committed' && reservation.releasedAsUnexecuted;
}

function committed(event: SpendCommitted): Outcome {
  const {
    actualMicros,
    upstream,
    sealedResponse,
    completedAtMs: atMs,
    objectId,
    madeId,
    isProvisional,
    note,
    times,
  } = event;
  const made = { objectId, madeId, isProvisional };
  return { state: 'committed', actualMicros, upstream, sealedResponse, atMs, ...made, note, times };
}

function released(event: SpendReleased): Outcome {
  const { reason, detail, upstream, occurredAtMs: atMs, times } = event;
  return { state: 'released', reason, detail, upstream, atMs, times };
}

function trueUpOf({ actualMicros, currency, source, occurredAtMs: atMs }: SpendTruedUp): TrueUp {
  return { actualMicros, currency, source, atMs };
}

/** By time; the rest only makes the order total. */
function later(a: TrueUp | undefined, b: TrueUp): TrueUp {
  const place = ({ atMs, actualMicros, currency, source }: TrueUp) =>
    JSON.stringify([atMs.toString().padStart(16, '0'), actualMicros.toString().padStart(19, '0'), currency, source]);
  return a !== undefined && place(a) > place(b) ? a : b;
}

const HEIGHT = { open: 0, released: 1, committed: 2 } as const;

function higher(a: Outcome, b: Outcome): Outcome {
  if (a.state !== b.state) return HEIGHT[a.state] > HEIGHT[b.state] ? a : b;
  return rank(b) < rank(a) ? b : a;
}

// Two outcomes of one kind come from an owner and a retry that settled the call in its place. Time decides; the rest
// only makes the order total.
function rank(outcome: Outcome): string {
  if (outcome.state === 'open') return '';
  const time = outcome.atMs.toString().padStart(16, '0');
  const { upstream, times } = outcome;
  const what =
    outcome.state === 'committed'
      ? [outcome.actualMicros.toString(), outcome.objectId ?? '', outcome.isProvisional ?? false, outcome.note ?? '']
      : [outcome.reason, outcome.detail ?? ''];
  const answer = [upstream?.status ?? 0, upstream?.requestId ?? '', upstream?.latencyMs ?? 0];
  const spent = CALL_PHASES.map((phase) => times?.phasesMs[phase] ?? 0);
  return JSON.stringify([time, ...what, ...answer, times?.launchedAtMs ?? 0, ...spent]);
}

/** What a reservation adds to the balance of one of its holds. */
export interface Contribution {
  readonly heldMicros: bigint;
  readonly committedMicros: bigint;
}

/** The true-up that counts: of a committed call, in the currency of its reservation. */
export function effectiveTrueUp({ facts, outcome, trueUp }: Reservation): TrueUp | undefined {
  return outcome.state === 'committed' && trueUp?.currency === facts?.call.amount?.currency ? trueUp : undefined;
}

/** What a call cost as far as it is known; 0 unless it is committed. */
export function spentMicros(reservation: Reservation): bigint {
  const { outcome } = reservation;
  if (outcome.state !== 'committed') return 0n;
  return effectiveTrueUp(reservation)?.actualMicros ?? outcome.actualMicros;
}

const NOTHING: Contribution = { heldMicros: 0n, committedMicros: 0n };

export function contributionOf(reservation: Reservation, hold: Hold): Contribution {
  if (reservation.facts === undefined) return NOTHING;
  switch (reservation.outcome.state) {
    case 'open':
      return { heldMicros: hold.amountMicros, committedMicros: 0n };
    case 'released':
      return NOTHING;
    case 'committed':
      return { heldMicros: 0n, committedMicros: spentMicros(reservation) };
  }
}

/** What a reservation adds to its day's spend, whether or not a cap counts it. */
export function spendOf(reservation: Reservation): Contribution {
  const { facts } = reservation;
  if (facts === undefined) return NOTHING;
  switch (reservation.outcome.state) {
    case 'open':
      return { heldMicros: facts.call.amount?.micros ?? 0n, committedMicros: 0n };
    case 'released':
      return NOTHING;
    case 'committed':
      return { heldMicros: 0n, committedMicros: spentMicros(reservation) };
  }
}

export function contributionDifference(before: Contribution, after: Contribution): Contribution {
  return {
    heldMicros: after.heldMicros - before.heldMicros,
    committedMicros: after.committedMicros - before.committedMicros,
  };
}
