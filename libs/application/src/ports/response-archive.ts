import type { AccountId, HeldAmount, ProviderId, ReservationId } from '@keybrake/domain';

/** What the ledger has folded of calls that ended. */
export interface ResponseArchive {
  /** An answer, for replays within 24 h (R8). Undefined: not folded yet. */
  find(accountId: AccountId, reservationId: ReservationId): Promise<ArchivedResponse | undefined>;
  /** The provider's id of what a committed call made. Undefined: it told none, or is not folded yet. */
  madeBy(accountId: AccountId, reservationId: ReservationId): Promise<string | undefined>;
  /** What a call reserved. Undefined: not folded yet. */
  reservedFor(accountId: AccountId, reservationId: ReservationId): Promise<HeldAmount | undefined>;
  /** Micros of the object's currency that ended calls have counted for it, such as an authorisation; 0 for none. */
  countedFor(accountId: AccountId, provider: ProviderId, objectId: string): Promise<bigint>;
}

export interface ArchivedResponse {
  readonly status: number | undefined;
  /** Undefined when the answer was too large to keep, or nobody saw it. */
  readonly sealedResponse: string | undefined;
}

/** Encrypts answers and requests before they enter the log. Bound to account, reservation and which of the two it is. */
export interface ResponseSeal {
  seal(accountId: AccountId, reservationId: ReservationId, response: Uint8Array): Promise<string>;
  /** Throws when the text was altered or belongs to another reservation. */
  open(accountId: AccountId, reservationId: ReservationId, sealed: string): Promise<Uint8Array>;
  sealRequest(accountId: AccountId, reservationId: ReservationId, request: Uint8Array): Promise<string>;
  /** Throws like `open`. */
  openRequest(accountId: AccountId, reservationId: ReservationId, sealed: string): Promise<Uint8Array>;
}
