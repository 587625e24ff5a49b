import type { AccountId, Currency, Hold } from '@keybrake/domain';
import { expect, test } from 'vitest';
import type { StoredAlert } from '../ports/alert-store.js';
import { budgetAlerts } from './budget-alerts.js';
import { bodyOf, pauseAfter } from './deliver-alerts.js';
import { forecastAlert } from './watch-alerts.js';

const NOW_MS = Date.parse('2026-11-25T12:00:00Z');
const HOUR_MS = 3_600_000;
const DOLLAR = 1_000_000n;
const accountId = 'default' as AccountId;

const hold: Hold = {
  counter: 'key/k1/day/UTC/usd/any',
  scope: 'key',
  scopeId: 'k1',
  window: 'day',
  windowId: '2026-11-25',
  windowEndsAtMs: NOW_MS + 12 * HOUR_MS,
  currency: 'usd' as Currency,
  direction: 'any',
  limitMicros: 100n * DOLLAR,
  amountMicros: 0n,
};

function alertsFor(beforeDollars: bigint, addedDollars: bigint, more: Partial<Hold> = {}) {
  const of = { ...hold, ...more };
  const delta = {
    accountId,
    hold: of,
    heldMicros: 0n,
    committedMicros: addedDollars * DOLLAR,
    changes: 1,
    lastAtMs: NOW_MS,
  };
  const committedMicros = (beforeDollars + addedDollars) * DOLLAR;
  const total = {
    accountId,
    counter: of.counter,
    windowId: of.windowId,
    sequence: 1n,
    heldMicros: 0n,
    committedMicros,
  };
  return budgetAlerts([delta], [total]).map(({ data }) => data.percent);
}

test.each([
  [0n, 49n, []],
  [49n, 1n, [50]],
  [50n, 29n, []],
  [0n, 100n, [50, 80, 100]],
  [79n, 30n, [80, 100]],
  [100n, 5n, []],
  [60n, -30n, []],
])('from $%i, $%i more: %j %% of $100', (before, added, percents) => {
  expect(alertsFor(before, added)).toEqual(percents);
});

test('a cap of nothing has no shares, and any 24 hours are looked at by their sum', () => {
  expect(alertsFor(0n, 100n, { limitMicros: 0n })).toEqual([]);
  expect(alertsFor(0n, 100n, { window: 'rolling_24h' })).toEqual([]);
});

test('a cap that is reached before its window ends is told of, with the time', () => {
  const pace = (usedDollars: bigint, lastHourDollars: bigint) =>
    forecastAlert(
      { ...hold, accountId, usedMicros: usedDollars * DOLLAR, usedSinceMicros: lastHourDollars * DOLLAR },
      NOW_MS,
    );
  // $70 left at $30 an hour: 2 h 20 min.
  expect(pace(30n, 30n)?.data.reachedAt).toBe('2026-11-25T14:20:00.000Z');
  expect(pace(30n, 30n)?.summary).toContain('is reached at 2026-11-25T14:20Z at this pace');
  expect(pace(30n, 5n)).toBeUndefined();
  expect(pace(100n, 30n)).toBeUndefined();
  expect(pace(30n, 0n)).toBeUndefined();
});

test('the pauses double, up to an hour', () => {
  expect([1, 2, 3, 12, 13, 80].map(pauseAfter)).toEqual([1_000, 2_000, 4_000, 2_048_000, HOUR_MS, HOUR_MS]);
});

test('what an agent chose is a text for Slack, never a mention or a link', () => {
  const alert: StoredAlert = {
    id: 'alr_1',
    accountId,
    subject: 'k1',
    dedupeKey: 'd',
    occurredAtMs: NOW_MS,
    type: 'call.duplicate',
    summary: 'A repeated POST by <!channel> & <https://evil.example|us>',
    data: { callId: 'rsv_1' },
  };
  expect(JSON.parse(bodyOf('slack', alert))).toEqual({
    text: '*Keybrake*: A repeated POST by &lt;!channel&gt; &amp; &lt;https://evil.example|us&gt;',
  });
  expect(JSON.parse(bodyOf('standard', alert))).toEqual({
    type: 'call.duplicate',
    timestamp: '2026-11-25T12:00:00.000Z',
    data: { id: 'alr_1', subject: 'k1', summary: alert.summary, callId: 'rsv_1' },
  });
});
