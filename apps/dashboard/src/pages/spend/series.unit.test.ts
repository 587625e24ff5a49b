import { expect, test } from 'vitest';
import type { SpendPoint } from '../../api/report-types.ts';
import { chartOf, currenciesOf, lastDays, OTHERS, totalsOf } from './series.ts';

const point = (day: string, group: string, currency: string | null, committedMinor: string, heldMinor = '0') =>
  ({ day, group, currency, committedMinor, heldMinor, calls: 1, denials: 0, replays: 0 }) as SpendPoint;

const POINTS = [
  point('2026-11-24', 'billing', 'usd', '1000', '50'),
  point('2026-11-25', 'billing', 'usd', '200'),
  point('2026-11-25', 'refunds', 'usd', '9007199254740993'),
  point('2026-11-25', 'billing', 'eur', '700'),
  point('2026-11-25', 'reader', null, '0'),
];

test('each currency by itself, exact, the group that spent most first', () => {
  expect(currenciesOf(POINTS)).toEqual(['usd', 'eur']);
  expect(
    totalsOf(POINTS, 'usd').map(({ group, committedMinor, heldMinor, calls }) => [
      group,
      committedMinor,
      heldMinor,
      calls,
    ]),
  ).toEqual([
    ['refunds', '9007199254740993', '0', 1],
    ['billing', '1200', '50', 2],
    ['reader', '0', '0', 1],
  ]);
});

test('a day without anything stands in the chart; more groups than colours are put together', () => {
  const days = ['2026-11-23', '2026-11-24', '2026-11-25'];
  expect(chartOf(POINTS, totalsOf(POINTS, 'usd'), { currency: 'usd', days })).toEqual({
    series: ['refunds', 'billing'],
    days: [
      { day: '2026-11-23', amounts: {} },
      { day: '2026-11-24', amounts: { billing: '1050' } },
      { day: '2026-11-25', amounts: { billing: '200', refunds: '9007199254740993' } },
    ],
  });
  const many = Array.from({ length: 8 }, (_, index) => point('2026-11-25', `g${index}`, 'usd', String(100 - index)));
  const chart = chartOf(many, totalsOf(many, 'usd'), { currency: 'usd', days });
  expect(chart.series).toEqual(['g0', 'g1', 'g2', 'g3', 'g4', OTHERS]);
  expect(chart.days[2]?.amounts[OTHERS]).toBe(String(95 + 94 + 93));
});

test('days up to today in UTC', () => {
  expect(lastDays(3, Date.parse('2026-03-01T00:30:00Z'))).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
});
