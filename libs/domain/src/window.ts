/** The period a cap counts over. Windows are ids, not reset jobs: a new day is a new row (R6). */
export const CAP_WINDOWS = ['day', 'month', 'rolling_24h', 'total'] as const;
export type CapWindow = (typeof CAP_WINDOWS)[number];

/** One window with its bounds. The admission store picks the span that holds its own clock's time (R6). */
export interface WindowSpan {
  readonly id: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** The one that holds the time; undefined when none does. */
export function spanAt(spans: readonly WindowSpan[], atMs: number): WindowSpan | undefined {
  return spans.find(({ startsAtMs, endsAtMs }) => startsAtMs <= atMs && atMs < endsAtMs);
}

const DAY_MS = 86_400_000;
const TOTAL: WindowSpan = { id: 'total', startsAtMs: 0, endsAtMs: Number.MAX_SAFE_INTEGER };

const dateFormats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(timeZone: string): Intl.DateTimeFormat {
  let format = dateFormats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    dateFormats.set(timeZone, format);
  }
  return format;
}

export function isTimeZone(name: string): boolean {
  try {
    dateFormat(name);
    return true;
  } catch {
    return false;
  }
}

/** The calendar date in the zone, `YYYY-MM-DD`. */
export function localDate(timeZone: string, atMs: number): string {
  return dateFormat(timeZone).format(atMs);
}

function utcNoon(date: string): number {
  return Date.parse(`${date}T12:00:00Z`);
}

/** First instant of a local date. Local dates never run backwards, so a binary search also copes with DST at midnight. */
function startOfDate(timeZone: string, date: string): number {
  let before = utcNoon(date) - 2 * DAY_MS;
  let after = utcNoon(date) + 2 * DAY_MS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (localDate(timeZone, middle) < date) before = middle;
    else after = middle;
  }
  return after;
}

function dayId(date: string, offsetDays: number): string {
  return new Date(utcNoon(date) + offsetDays * DAY_MS).toISOString().slice(0, 10);
}

function monthId(date: string, offsetMonths: number): string {
  const [year, month] = date.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1 + offsetMonths, 1)).toISOString().slice(0, 7);
}

const spanCache = new Map<string, readonly WindowSpan[]>();
const SPAN_CACHE_MAX = 1_000;

/**
 * The windows that may hold the admission store's clock when ours says `aroundMs`: the previous, the current and
 * the next one. A gateway clock that is wrong by hours therefore never decides the day.
 */
export function windowCandidates(
  window: Exclude<CapWindow, 'rolling_24h'>,
  timeZone: string,
  aroundMs: number,
): readonly WindowSpan[] {
  if (window === 'total') return [TOTAL];
  const date = localDate(timeZone, aroundMs);
  const cacheKey = `${window} ${timeZone} ${date}`;
  const cached = spanCache.get(cacheKey);
  if (cached !== undefined) return cached;
  const idAt = (offset: number) => (window === 'day' ? dayId(date, offset) : monthId(date, offset));
  const startAt = (offset: number) => startOfDate(timeZone, window === 'day' ? idAt(offset) : `${idAt(offset)}-01`);
  const spans = [-1, 0, 1].map((offset) => ({
    id: idAt(offset),
    startsAtMs: startAt(offset),
    endsAtMs: startAt(offset + 1),
  }));
  if (spanCache.size >= SPAN_CACHE_MAX) spanCache.clear();
  spanCache.set(cacheKey, spans);
  return spans;
}
