import type { Cursor, TimeCursor } from '@keybrake/application';
import { Problem } from './problem.js';

/** Cursors are opaque to clients: a place in time and an id, in base64url. */
export function encodeCursor(cursor: { readonly atMs: number; readonly id: string } | undefined): string | null {
  return cursor === undefined ? null : Buffer.from(JSON.stringify([cursor.atMs, cursor.id])).toString('base64url');
}

/** `idShape`: where the list's ids are not any text. */
export function decodeCursor(text: string | undefined, idShape = /^[^\0]*$/): TimeCursor | undefined {
  if (text === undefined) return undefined;
  try {
    const [atMs, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [unknown, unknown];
    if (Number.isSafeInteger(atMs) && typeof id === 'string' && idShape.test(id)) return { atMs: atMs as number, id };
  } catch {
    // told below
  }
  const detail = 'This cursor is not one that a list gave. Start again without it.';
  throw Problem.invalid([{ pointer: '/cursor', detail }], 422);
}

/** Governance lists call the same place by another name. */
export const toCursor = (cursor: TimeCursor | undefined): Cursor | undefined =>
  cursor === undefined ? undefined : { createdAtMs: cursor.atMs, id: cursor.id };

export const fromCursor = (cursor: Cursor | undefined): string | null =>
  encodeCursor(cursor === undefined ? undefined : { atMs: cursor.createdAtMs, id: cursor.id });
