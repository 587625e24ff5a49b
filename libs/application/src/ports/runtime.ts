import type { EventId, ReservationId } from '@keybrake/domain';

/** Time and ids, handed in so that the core can be run with chosen ones. */
export interface Runtime {
  nowMs(): number;
  /** For durations only: milliseconds with fractions since some moment, never running backwards. */
  monotonicMs(): number;
  newReservationId(): ReservationId;
  newEventId(): EventId;
}

/** A dependency did not answer, or said no. The call fails closed (R9); `dependency` is safe to show. */
export class DependencyUnavailable extends Error {
  override readonly name = 'DependencyUnavailable';
  readonly dependency: string;

  constructor(dependency: string, options?: ErrorOptions) {
    super(`${dependency} is not available`, options);
    this.dependency = dependency;
  }
}
