import type { Cursor, Page, PageRequest } from '@keybrake/application';

/** Cursor as parameters; nulls stand for the first page. One row more than the page tells whether there is a next. */
export function pageParameters({ after, limit }: PageRequest): readonly unknown[] {
  return [after?.createdAtMs ?? null, after?.id ?? null, limit + 1];
}

export function pageOf<T>(rows: readonly T[], { limit }: PageRequest, cursorOf: (row: T) => Cursor): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? cursorOf(last) : undefined };
}

/** A time column: bigint from the driver, a Number in the core. */
export const timeOf = (ms: bigint): number => Number(ms);
export const optionalTime = (ms: bigint | null): number | undefined => (ms === null ? undefined : Number(ms));
