import type { SpendPoint } from '../../api/report-types.ts';
import { minorToDecimal } from '../../format/money.ts';

/** Colours of the theme: `--series-1` and on. The last is for all that have none of their own. */
const SERIES_MAX = 6;
export const OTHERS = 'all others';

export interface GroupTotal {
  readonly group: string;
  readonly committedMinor: string;
  readonly heldMinor: string;
  readonly calls: number;
  readonly denials: number;
  readonly replays: number;
}

/** Committed and held together, of each series; for bars, where an estimate will do. */
export interface ChartDay {
  readonly day: string;
  readonly amounts: Readonly<Record<string, string>>;
}

export interface SpendChart {
  readonly series: readonly string[];
  readonly days: readonly ChartDay[];
}

/** Currencies that money moved in, the one with the most lines first; never added up with each other. */
export function currenciesOf(points: readonly SpendPoint[]): readonly string[] {
  const lines = new Map<string, number>();
  for (const { currency } of points) if (currency !== null) lines.set(currency, (lines.get(currency) ?? 0) + 1);
  return [...lines].toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([currency]) => currency);
}

/** Most first. Calls without an amount count with their group; their money is none. */
export function totalsOf(points: readonly SpendPoint[], currency: string | undefined): readonly GroupTotal[] {
  const totals = new Map<string, GroupTotal>();
  for (const point of points) {
    if (point.currency !== null && point.currency !== currency) continue;
    const sum = totals.get(point.group);
    totals.set(point.group, {
      group: point.group,
      committedMinor: plus(sum?.committedMinor, point.committedMinor),
      heldMinor: plus(sum?.heldMinor, point.heldMinor),
      calls: (sum?.calls ?? 0) + point.calls,
      denials: (sum?.denials ?? 0) + point.denials,
      replays: (sum?.replays ?? 0) + point.replays,
    });
  }
  return [...totals.values()].toSorted((a, b) => bySpend(b, a) || a.group.localeCompare(b.group));
}

const plus = (sum: string | undefined, minor: string) => (BigInt(sum ?? '0') + BigInt(minor)).toString();
const spent = ({ committedMinor, heldMinor }: GroupTotal) => BigInt(committedMinor) + BigInt(heldMinor);
const bySpend = (a: GroupTotal, b: GroupTotal) => Number(spent(a) > spent(b)) - Number(spent(a) < spent(b));

/** Days of the period in order, also those without anything; the groups that spent most have a series of their own. */
export function chartOf(
  points: readonly SpendPoint[],
  totals: readonly GroupTotal[],
  { currency, days }: { readonly currency: string; readonly days: readonly string[] },
): SpendChart {
  const groups = totals.filter((total) => spent(total) !== 0n).map(({ group }) => group);
  const named = groups.length <= SERIES_MAX ? groups : groups.slice(0, SERIES_MAX - 1);
  const own = new Set(named);
  const byDay = new Map(days.map((day) => [day, {} as Record<string, string>]));
  for (const point of points) {
    const amounts = byDay.get(point.day);
    if (amounts === undefined || point.currency !== currency) continue;
    const series = own.has(point.group) ? point.group : OTHERS;
    amounts[series] = plus(plus(amounts[series], point.committedMinor), point.heldMinor);
  }
  return {
    series: groups.length > named.length ? [...named, OTHERS] : named,
    days: [...byDay].map(([day, amounts]) => ({ day, amounts })),
  };
}

/** For the height of a bar. */
export const heightOf = (minor: string | undefined, currency: string): number =>
  minor === undefined ? 0 : Number(minorToDecimal(minor, currency));

const DAY_MS = 86_400_000;

/** The last `count` UTC days up to today. */
export function lastDays(count: number, nowMs: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    new Date(nowMs - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
}
