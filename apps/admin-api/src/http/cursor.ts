import type { Cursor, TimeCursor } from '@keybrake/application';
import { Problem } from './problem.js';

const encode = (place: readonly unknown[]) => Buffer.from(JSON.stringify(place)).toString('base64url');

/** Cursors are opaque to clients: a place in time and an id, in base64url. */
export const encodeCursor = (cursor: TimeCursor | undefined): string | null =>
  cursor === undefined ? null : encode([cursor.atMs, cursor.id]);

/** `idShape`: where the list's ids are not any text. */
export function decodeCursor(text: string | undefined, idShape = /^[^\0]*$/): TimeCursor | undefined {
  const place = decode(text);
  if (place === undefined) return undefined;
  const [atMs, id] = place;
  if (Number.isSafeInteger(atMs) && typeof id === 'string' && idShape.test(id)) return { atMs: atMs as number, id };
  throw notOurs();
}

/** Of lists in the order of names. */
export const encodeNames = (names: readonly string[] | undefined): string | null =>
  names === undefined ? null : encode(names);

export function decodeNames(text: string | undefined, count: number): readonly string[] | undefined {
  const names = decode(text);
  if (names === undefined) return undefined;
  if (names.length === count && names.every((name) => typeof name === 'string' && !name.includes('\0'))) {
    return names as readonly string[];
  }
  throw notOurs();
}

function decode(text: string | undefined): readonly unknown[] | undefined {
  if (text === undefined) return undefined;
  try {
    const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(place)) return place;
  } catch {
    // told below
  }
  throw notOurs();
}

function notOurs(): Problem {
  const detail = 'This cursor is not one that a list gave. Start again without it.';
  return Problem.invalid([{ pointer: '/cursor', detail }], 422);
}

/** One row more than the page was asked for, so that it is known whether there is a next one. `last` is where that begins. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
): { readonly data: readonly Row[]; readonly last: Row | undefined } {
  const data = rows.slice(0, limit);
  return { data, last: rows.length > limit ? data.at(-1) : undefined };
}

/** Governance lists call the same place by another name. */
export const toCursor = (cursor: TimeCursor | undefined): Cursor | undefined =>
  cursor === undefined ? undefined : { createdAtMs: cursor.atMs, id: cursor.id };

export const fromCursor = (cursor: Cursor | undefined): string | null =>
  encodeCursor(cursor === undefined ? undefined : { atMs: cursor.createdAtMs, id: cursor.id });
