import type { ReportPage, TimeCursor } from '@keybrake/application';

/** One row more than asked for was read, to know whether there is a next page. */
export function pageOf<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => TimeCursor): ReportPage<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? cursorOf(last) : undefined };
}
