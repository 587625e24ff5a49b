import type { AccountId, EventId, ReservationId, SpendReleased } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { jsonEventCodec } from './event-codec.js';

const released = (more: Partial<SpendReleased>): SpendReleased => ({
  type: 'SpendReleased',
  eventId: 'evt_1' as EventId,
  accountId: 'default' as AccountId,
  occurredAtMs: 1,
  reservationId: 'rsv_1' as ReservationId,
  reason: 'not_sent',
  upstream: undefined,
  detail: undefined,
  ...more,
});
const again = (event: SpendReleased) => jsonEventCodec.decode(jsonEventCodec.encode(event));

test("a call's times survive the way to bytes and back, and records without them stay readable", () => {
  const times = { phasesMs: { parse: 0.125, reserve: 1.5 }, launchedAtMs: 5 };
  expect(again(released({ times }))).toMatchObject({ times });
  expect(again(released({}))).not.toHaveProperty('times');
});

test('times that are none are unreadable', () => {
  const broken = { phasesMs: { parse: 'long' } } as unknown as SpendReleased['times'];
  expect(() => again(released({ times: broken }))).toThrow('the time of phase parse is not a number');
});
