import type { WindowSpan } from './window.js';

/**
 * A window that moves with the clock, counted in buckets. All buckets that overlap its last `lengthMs` count, so that it is
 * never shorter than it says, and longer by less than one bucket (R1). A bucket's id is its start in ms; its span ends when
 * it stops counting.
 */
export interface RollingWindow {
  readonly lengthMs: number;
  readonly bucketMs: number;
}

export const ROLLING_24H: RollingWindow = { lengthMs: 86_400_000, bucketMs: 900_000 };

const floorTo = (ms: number, stepMs: number): number => ms - (ms % stepMs);

/** The bucket that a call at this time is counted in. */
export function bucketAt(rolling: RollingWindow, atMs: number): WindowSpan {
  return bucketOf(rolling, String(floorTo(atMs, rolling.bucketMs)));
}

export function bucketOf({ lengthMs, bucketMs }: RollingWindow, id: string): WindowSpan {
  const startsAtMs = Number(id);
  return { id, startsAtMs, endsAtMs: startsAtMs + bucketMs + lengthMs };
}

/** Whether the bucket still counts at this time. */
export function bucketCounts(rolling: RollingWindow, id: string, atMs: number): boolean {
  return bucketOf(rolling, id).endsAtMs > atMs;
}
