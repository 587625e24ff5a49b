import { expect, test } from 'vitest';
import { isTimeZone, localDate, windowCandidates } from './window.js';

const at = (iso: string) => Date.parse(iso);
const HOUR_MS = 3_600_000;

function dayHolding(timeZone: string, iso: string) {
  const spans = windowCandidates('day', timeZone, at(iso));
  return spans.find((span) => span.startsAtMs <= at(iso) && at(iso) < span.endsAtMs);
}

test('a UTC day runs from midnight to midnight', () => {
  const span = dayHolding('UTC', '2026-11-24T13:00:00Z');
  expect(span).toEqual({
    id: '2026-11-24',
    startsAtMs: at('2026-11-24T00:00:00Z'),
    endsAtMs: at('2026-11-25T00:00:00Z'),
  });
});

test.each([
  ['America/New_York', '2026-03-08T12:00:00Z', '2026-03-08', 23],
  ['America/New_York', '2026-11-01T12:00:00Z', '2026-11-01', 25],
  ['Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29', 23],
  ['Asia/Kolkata', '2026-11-24T12:00:00Z', '2026-11-24', 24],
  // The clock goes back at 24:00 to 23:00: the day has 25 hours and the next one starts after the second 24:00.
  ['America/Santiago', '2026-04-04T12:00:00Z', '2026-04-04', 25],
  // The day begins at 01:00, since midnight is skipped.
  ['America/Santiago', '2026-09-06T12:00:00Z', '2026-09-06', 23],
])('%s: the day of %s is %s and has %i hours', (timeZone, iso, id, hours) => {
  const span = dayHolding(timeZone, iso);
  expect(span?.id).toBe(id);
  expect(((span?.endsAtMs ?? 0) - (span?.startsAtMs ?? 0)) / HOUR_MS).toBe(hours);
});

test('the three candidates touch without gap or overlap, and share their bounds with their neighbours', () => {
  for (const timeZone of ['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia', 'America/Santiago']) {
    for (const window of ['day', 'month'] as const) {
      const [before, now, after] = windowCandidates(window, timeZone, at('2026-10-31T23:30:00Z'));
      expect(before?.endsAtMs).toBe(now?.startsAtMs);
      expect(now?.endsAtMs).toBe(after?.startsAtMs);
    }
  }
});

test('a gateway clock that is a day off still offers the right day', () => {
  const trueTime = at('2026-11-24T23:59:59Z');
  for (const skewHours of [-23, -1, 1, 23]) {
    const spans = windowCandidates('day', 'America/New_York', trueTime + skewHours * HOUR_MS);
    const chosen = spans.find((span) => span.startsAtMs <= trueTime && trueTime < span.endsAtMs);
    expect(chosen?.id).toBe('2026-11-24');
  }
});

test('a month crosses the year', () => {
  const ids = windowCandidates('month', 'UTC', at('2026-12-15T00:00:00Z')).map((span) => span.id);
  expect(ids).toEqual(['2026-11', '2026-12', '2027-01']);
});

test('a total never ends', () => {
  expect(windowCandidates('total', 'UTC', 0)).toEqual([
    { id: 'total', startsAtMs: 0, endsAtMs: Number.MAX_SAFE_INTEGER },
  ]);
});

test('time zones are checked, and dates are those of the zone', () => {
  expect(isTimeZone('Mars/Olympus')).toBe(false);
  expect(localDate('Asia/Kolkata', at('2026-11-24T18:30:00Z'))).toBe('2026-11-25');
  expect(localDate('America/New_York', at('2026-11-24T04:59:59Z'))).toBe('2026-11-23');
});
