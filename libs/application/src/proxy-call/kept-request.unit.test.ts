import type { AccountId, ReservationId } from '@keybrake/domain';
import { expect, test } from 'vitest';
import type { ResponseSeal } from '../ports/response-archive.js';
import { openRequest, sealRequest } from './kept-request.js';

const ACCOUNT = 'default' as AccountId;
const ID = 'rsv_1' as ReservationId;

/** Leaves the bytes readable, so that the test sees what would be sealed. */
const plain: ResponseSeal = {
  seal: () => Promise.reject(new Error('not for answers')),
  open: () => Promise.reject(new Error('not for answers')),
  sealRequest: async (_account, _id, request) => Buffer.from(request).toString('latin1'),
  openRequest: async (_account, _id, sealed) => Buffer.from(sealed, 'latin1'),
};

function callWith(body: Uint8Array | undefined, operationClass: 'money' | 'read' = 'money') {
  const outgoing = { method: 'POST', path: '/emails', query: 'a=b', headers: { accept: '*/*' }, body };
  return { accountId: ACCOUNT, reservationId: ID, operation: { class: operationClass }, outgoing };
}

const kept = async (call: ReturnType<typeof callWith>) => {
  const sealed = await sealRequest(plain, call);
  return sealed === undefined ? undefined : openRequest(plain, ACCOUNT, ID, sealed);
};

test('a request comes back as it was, byte by byte', async () => {
  const body = Uint8Array.from({ length: 256 }, (_none, index) => index);
  const call = callWith(body);
  const opened = await kept(call);
  expect(opened?.isWhole).toBe(true);
  expect(opened?.request).toEqual({ ...call.outgoing, body: Buffer.from(body) });
});

test('no body stays none, and one above 64 KiB is left out', async () => {
  expect(await kept(callWith(undefined))).toMatchObject({ isWhole: true, request: { body: undefined } });
  const largest = await kept(callWith(new Uint8Array(65_536)));
  expect([largest?.isWhole, largest?.request.body?.length]).toEqual([true, 65_536]);
  expect(await kept(callWith(new Uint8Array(65_537)))).toMatchObject({ isWhole: false, request: { body: undefined } });
});

test('of a read nothing is kept', async () => {
  expect(await kept(callWith(undefined, 'read'))).toBeUndefined();
});
