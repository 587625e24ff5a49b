import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketAt, bucketCounts, ROLLING_24H } from './rolling-window.js';

const HOUR_MS = 3_600_000;
const QUARTER_MS = HOUR_MS / 4;

test('a call counts for at least 24 hours, and for less than a quarter of an hour more', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_000_000_000_000 }),
      fc.integer({ min: 0, max: 48 * HOUR_MS }),
      (atMs, lateMs) => {
        const { id, startsAtMs } = bucketAt(ROLLING_24H, atMs);
        expect(startsAtMs).toBeLessThanOrEqual(atMs);
        expect(atMs - startsAtMs).toBeLessThan(QUARTER_MS);
        const counts = bucketCounts(ROLLING_24H, id, atMs + lateMs);
        if (lateMs <= 24 * HOUR_MS) expect(counts).toBe(true);
        if (lateMs >= 24 * HOUR_MS + QUARTER_MS) expect(counts).toBe(false);
      },
    ),
  );
});

test('a bucket is named by its start, and ends when it stops counting', () => {
  const atMs = Date.parse('2026-11-25T22:20:00Z');
  expect(bucketAt(ROLLING_24H, atMs)).toEqual({
    id: String(Date.parse('2026-11-25T22:15:00Z')),
    startsAtMs: Date.parse('2026-11-25T22:15:00Z'),
    endsAtMs: Date.parse('2026-11-26T22:30:00Z'),
  });
});
