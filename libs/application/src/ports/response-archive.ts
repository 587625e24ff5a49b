import type { AccountId, ReservationId } from '@keybrake/domain';

/** Answers that the ledger has folded, for replays within 24 h (R8). Undefined: not folded yet. */
export interface ResponseArchive {
  find(accountId: AccountId, reservationId: ReservationId): Promise<ArchivedResponse | undefined>;
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
