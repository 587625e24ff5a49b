import type { AccountId, ProviderId, ReservationId, SpendReserved } from '@keybrake/domain';
import type { ReservationRef } from './admission-store.js';

/** A reservation in doubt, as the ledger has it. */
export interface DoubtRecord {
  readonly facts: SpendReserved;
  readonly sealedRequest: string | undefined;
  /** Of the resolver so far. */
  readonly attempts: number;
  readonly lastAttemptAtMs: number | undefined;
}

/** What an attempt that settled nothing leaves behind, for the next one and for people. */
export interface DoubtNote {
  readonly reservationId: ReservationId;
  readonly attempts: number;
  /** Undefined when it was only put off. */
  readonly attemptedAtMs: number | undefined;
  /** Undefined: no further attempt, a person decides. */
  readonly nextAtMs: number | undefined;
  readonly reason: string;
}

/** Another call that may have made the same thing. */
export interface Rival {
  readonly reservationId: ReservationId;
  readonly sealedRequest: string | undefined;
}

export interface RivalSearch {
  readonly accountId: AccountId;
  readonly except: ReservationId;
  readonly provider: ProviderId;
  readonly endpoint: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly limit: number;
}

/** The ledger's tables as the resolver needs them. Throws `DependencyUnavailable`. */
export interface ResolutionStore {
  /** Those of the given ones without an outcome whose next attempt is due. */
  due(ids: readonly ReservationId[], nowMs: number): Promise<readonly DoubtRecord[]>;
  note(note: DoubtNote): Promise<void>;
  /** Calls of the time that have no outcome, or were executed without it being known what they made. */
  rivals(search: RivalSearch): Promise<readonly Rival[]>;
  /** Those of the provider's ids that some call is known to have made. */
  knownObjects(objectIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** The resolver's own look-ups that nobody ended: its process died meanwhile. */
  forgottenLooks(beforeMs: number, limit: number): Promise<readonly ReservationRef[]>;
}
