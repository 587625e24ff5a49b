import type { ReservationId } from './ids.js';
import type {
  Hold,
  ReleaseReason,
  SpendCommitted,
  SpendReleased,
  SpendReserved,
  UpstreamFacts,
} from './spend-event.js';

/**
 * A reservation as the log tells it. `facts` come with SpendReserved, `outcome` with the two others, in any order.
 * Outcomes form a lattice, open < released < committed (R5): folding takes the higher one, so duplicates and
 * permutations of a reservation's events end in the same state.
 */
export interface Reservation {
  readonly reservationId: ReservationId;
  readonly facts: SpendReserved | undefined;
  readonly outcome: Outcome;
  /** A release and a commit were both recorded: the commit counts, and a person should know why. */
  readonly anomaly: boolean;
}

export type Outcome =
  | { readonly state: 'open' }
  | {
      readonly state: 'released';
      readonly reason: ReleaseReason;
      readonly detail: string | undefined;
      readonly upstream: UpstreamFacts | undefined;
      readonly atMs: number;
    }
  | {
      readonly state: 'committed';
      readonly actualMicros: bigint;
      readonly upstream: UpstreamFacts;
      readonly atMs: number;
      readonly sealedResponse: string | undefined;
    };

export type ReservationEvent = SpendReserved | SpendCommitted | SpendReleased;

export function emptyReservation(reservationId: ReservationId): Reservation {
  return { reservationId, facts: undefined, outcome: { state: 'open' }, anomaly: false };
}

export function foldReservation(state: Reservation, event: ReservationEvent): Reservation {
  switch (event.type) {
    case 'SpendReserved':
      return state.facts === undefined ? { ...state, facts: event } : state;
    case 'SpendCommitted':
      if (state.outcome.state === 'committed') return earlierCommit(state, event);
      return { ...state, outcome: committed(event), anomaly: state.anomaly || isWrongRelease(state.outcome) };
    case 'SpendReleased':
      if (state.outcome.state === 'committed') return { ...state, anomaly: state.anomaly || isWrong(event.reason) };
      return state.outcome.state === 'released' ? earlierRelease(state, event) : { ...state, outcome: released(event) };
  }
}

function committed(event: SpendCommitted): Outcome {
  const { actualMicros, upstream, sealedResponse, completedAtMs: atMs } = event;
  return { state: 'committed', actualMicros, upstream, sealedResponse, atMs };
}

function released(event: SpendReleased): Outcome {
  const { reason, detail, upstream, occurredAtMs: atMs } = event;
  return { state: 'released', reason, detail, upstream, atMs };
}

// Two commits of one reservation come from an owner and a caller that settled it in its place. Any order of the two
// must give one state: the earlier one is kept, and of equal times the larger amount.
function earlierCommit(state: Reservation, event: SpendCommitted): Reservation {
  if (state.outcome.state !== 'committed') return state;
  const kept = state.outcome;
  const wins =
    event.completedAtMs < kept.atMs || (event.completedAtMs === kept.atMs && event.actualMicros > kept.actualMicros);
  return wins ? { ...state, outcome: committed(event) } : state;
}

function earlierRelease(state: Reservation, event: SpendReleased): Reservation {
  if (state.outcome.state !== 'released') return state;
  const kept = state.outcome;
  const wins = event.occurredAtMs < kept.atMs || (event.occurredAtMs === kept.atMs && event.reason < kept.reason);
  return wins ? { ...state, outcome: released(event) } : state;
}

function isWrongRelease(outcome: Outcome): boolean {
  return outcome.state === 'released' && isWrong(outcome.reason);
}

// A provider that refused once (429, wrong credential) may execute the resent call: no contradiction.
function isWrong(reason: ReleaseReason): boolean {
  return reason !== 'provider_refused';
}

/** What a reservation adds to the balance of one of its holds. */
export interface Contribution {
  readonly heldMicros: bigint;
  readonly committedMicros: bigint;
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
      return { heldMicros: 0n, committedMicros: reservation.outcome.actualMicros };
  }
}
