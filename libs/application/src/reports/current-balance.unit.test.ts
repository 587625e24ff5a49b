import {
  type AccountId,
  type BoundCap,
  bindCap,
  bucketAt,
  type Currency,
  ROLLING_24H,
  type VaultKeyId,
} from '@keybrake/domain';
import { expect, test } from 'vitest';
import { currentBalance } from './current-balance.js';

const NOW_MS = Date.parse('2026-11-25T22:20:00Z');
const HOUR_MS = 3_600_000;
const keyId = 'key_1' as VaultKeyId;
const subjects = { accountId: 'default' as AccountId, agentType: 'billing', rootKeyId: keyId, keyId, runId: undefined };

function capOf(window: 'day' | 'rolling_24h'): BoundCap {
  const cap = { scope: 'key', window, currency: 'usd' as Currency, direction: 'any', limitMicros: 100n } as const;
  return bindCap(cap, subjects, 'UTC') as BoundCap;
}

test('of a day, the row of today; nothing where there is none', () => {
  const cap = capOf('day');
  const row = (windowId: string) => ({ counter: cap.counter, windowId, committedMicros: 7n, heldMicros: 1n });
  expect(currentBalance(cap, [row('2026-11-24'), row('2026-11-25')], NOW_MS)).toMatchObject({
    windowId: '2026-11-25',
    windowEndsAtMs: Date.parse('2026-11-26T00:00:00Z'),
    committedMicros: 7n,
    heldMicros: 1n,
  });
  expect(currentBalance(cap, [], NOW_MS)).toMatchObject({ windowId: '2026-11-25', committedMicros: 0n });
});

test('of the last 24 hours, all that counts, named by what leaves next', () => {
  const cap = capOf('rolling_24h');
  const row = (agoMs: number, committedMicros: bigint) => ({
    counter: cap.counter,
    windowId: bucketAt(ROLLING_24H, NOW_MS - agoMs).id,
    committedMicros,
    heldMicros: 0n,
  });
  const oldest = bucketAt(ROLLING_24H, NOW_MS - 23 * HOUR_MS);
  const rows = [row(0, 1n), row(2 * HOUR_MS, 2n), row(23 * HOUR_MS, 4n), row(24 * HOUR_MS, 0n), row(25 * HOUR_MS, 8n)];
  expect(currentBalance(cap, rows, NOW_MS)).toMatchObject({
    windowId: oldest.id,
    windowEndsAtMs: oldest.endsAtMs,
    committedMicros: 7n,
  });
  expect(currentBalance(cap, [], NOW_MS)).toMatchObject({ windowId: bucketAt(ROLLING_24H, NOW_MS).id });
});

test('caps without a midnight are one counter for policies of every zone', () => {
  const cap = { scope: 'account', currency: 'usd' as Currency, direction: 'any', limitMicros: 1n } as const;
  const counters = (window: 'day' | 'month' | 'rolling_24h' | 'total') =>
    new Set(['UTC', 'Asia/Kolkata'].map((zone) => bindCap({ ...cap, window }, subjects, zone)?.counter)).size;
  expect(['day', 'month', 'rolling_24h', 'total'].map((window) => counters(window as 'day'))).toEqual([2, 2, 1, 1]);
});
