import type { Money } from '@keybrake/domain';
import type { Operation, UpstreamMeaning } from './provider.js';

/** True for the provider's error that is about an earlier request with this idempotency key: it runs, or differs. */
export type KeyConflictTest = (error: Readonly<Record<string, unknown>>) => boolean;

/**
 * What an answer means for the reservation. In doubt, it is `unknown`: that keeps the hold, where a wrong `refused`
 * would free money that may have moved.
 */
export function meaningOf(
  operation: Operation,
  status: number,
  body: Uint8Array,
  reserved: Money | undefined,
  isKeyConflict: KeyConflictTest,
): UpstreamMeaning {
  if (status >= 200 && status < 300) return { kind: 'executed', actualMicros: actualMicros(operation, body, reserved) };
  switch (status) {
    case 401:
    case 403:
    case 429:
      return { kind: 'not_executed' };
    case 408:
      return { kind: 'unknown' };
    case 400:
      // Another request has this key: this one did not run, and nothing is told about the earlier one.
      return { kind: isKeyConflict(parseObject(body) ?? {}) ? 'not_executed' : 'refused' };
    case 409:
      return { kind: conflictIsFinal(body, isKeyConflict) ? 'refused' : 'unknown' };
    default:
      return { kind: status >= 400 && status < 500 ? 'refused' : 'unknown' };
  }
}

// A call that held nothing can move nothing: its answer may show an object whose amount was counted before.
function actualMicros(operation: Operation, body: Uint8Array, reserved: Money | undefined): bigint {
  if (operation.class !== 'money' || reserved === undefined || reserved.micros === 0n) return 0n;
  const answer = parseObject(body);
  const told = answer === undefined ? undefined : operation.actual?.(answer, reserved.currency);
  return told ?? reserved.micros;
}

function conflictIsFinal(body: Uint8Array, isKeyConflict: KeyConflictTest): boolean {
  const error = parseObject(body);
  return error !== undefined && !isKeyConflict(error);
}

/** A JSON object's members; undefined for anything else. */
export function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    return undefined;
  }
}

/** The JSON objects of a list; none for anything else. */
export function objectsIn(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  return items.map(asObject).filter((item) => item !== undefined);
}

/** The value if it is a JSON object. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
