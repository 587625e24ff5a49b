import type { AccountId, ReservationId } from '@keybrake/domain';
import type { Operation, OutgoingRequest } from '@keybrake/providers';
import type { ResponseSeal } from '../ports/response-archive.js';
import type { AdmittedCall } from './call.js';
import { packMessage, unpackMessage } from './packed-message.js';

/** A larger body is left out of the record: such a call in doubt can be looked for, not sent again. */
const KEPT_REQUEST_BODY_BYTES_MAX = 65_536;

type KeptHead = Pick<OutgoingRequest, 'method' | 'path' | 'query' | 'headers'> & {
  readonly body: 'none' | 'kept' | 'left out';
};

export interface KeptRequest {
  /** Without credential and upstream idempotency key; both are put in again when it is sent. */
  readonly request: OutgoingRequest;
  /** False: the body was too large to keep. */
  readonly isWhole: boolean;
}

/** For the record of a call that changes something; undefined for a read. */
export async function sealRequest(
  seal: ResponseSeal,
  call: Pick<AdmittedCall, 'accountId' | 'reservationId' | 'outgoing'> & {
    readonly operation: Pick<Operation, 'class'>;
  },
): Promise<string | undefined> {
  if (call.operation.class === 'read') return undefined;
  const { method, path, query, headers, body } = call.outgoing;
  const fits = body !== undefined && body.length <= KEPT_REQUEST_BODY_BYTES_MAX;
  const head: KeptHead = {
    method,
    path,
    query,
    headers,
    body: body === undefined ? 'none' : fits ? 'kept' : 'left out',
  };
  return seal.sealRequest(call.accountId, call.reservationId, packMessage(head, fits ? body : new Uint8Array()));
}

/** Throws when the text was altered or belongs to another reservation. */
export async function openRequest(
  seal: ResponseSeal,
  accountId: AccountId,
  reservationId: ReservationId,
  sealed: string,
): Promise<KeptRequest> {
  const packed = unpackMessage(await seal.openRequest(accountId, reservationId, sealed));
  const { body: kept, ...head } = packed.head as KeptHead;
  return { request: { ...head, body: kept === 'kept' ? packed.body : undefined }, isWhole: kept !== 'left out' };
}
