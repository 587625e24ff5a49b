import type { ReservationId } from '@keybrake/domain';
import type { DoubtRecord } from '../ports/resolution-store.js';
import { DependencyUnavailable } from '../ports/runtime.js';
import { attempt } from './attempt.js';
import type { DoubtPorts, DoubtSettings } from './doubt.js';
import { endForgottenLooks } from './forgotten-looks.js';

export type { DoubtPorts, DoubtSettings } from './doubt.js';

/** Of one turn. */
const DOUBTS_MAX = 200;
const DOUBTS_AT_ONCE = 4;
const LISTED_AT_ONCE = 500;
const PAUSE_MAX_MS = 3_600_000;

export interface ResolveResult {
  readonly settled: number;
  /** Tried, and still in doubt. */
  readonly open: number;
  /** There may be more to do at once. */
  readonly isFull: boolean;
}

export interface DoubtObserver {
  /** Something that should not happen; the reservation stays listed. */
  failed(reservationId: ReservationId, error: unknown): void;
}

/**
 * Settles calls in doubt that no caller retries (design section 3, "In doubt"): looks for evidence first, then sends the
 * identical request again where that is safe and allowed. What remains is listed for a person, with the reason.
 */
export async function resolveDoubts(
  ports: DoubtPorts,
  settings: DoubtSettings,
  observer: DoubtObserver,
  stopping: () => boolean,
): Promise<ResolveResult> {
  await endForgottenLooks(ports, settings);
  const due = await dueDoubts(ports);
  const counts = { settled: 0, open: 0 };
  for (let start = 0; start < due.length && !stopping(); start += DOUBTS_AT_ONCE) {
    const some = due.slice(start, start + DOUBTS_AT_ONCE);
    const results = await Promise.all(some.map((record) => attemptOne(ports, settings, observer, record)));
    counts.settled += results.filter((result) => result === 'settled').length;
    counts.open += results.filter((result) => result === 'open').length;
  }
  return { ...counts, isFull: due.length === DOUBTS_MAX };
}

/** Page by page: what waits for its next attempt, or for a person, must not hide the others. */
async function dueDoubts({ upkeep, resolutions, runtime }: DoubtPorts): Promise<readonly DoubtRecord[]> {
  const due: DoubtRecord[] = [];
  for (let offset = 0; due.length < DOUBTS_MAX; offset += LISTED_AT_ONCE) {
    const refs = await upkeep.listInDoubt(LISTED_AT_ONCE, offset);
    const ids = refs.map(({ reservationId }) => reservationId);
    due.push(...(await resolutions.due(ids, runtime.nowMs())));
    if (refs.length < LISTED_AT_ONCE) break;
  }
  return due.slice(0, DOUBTS_MAX);
}

async function attemptOne(
  ports: DoubtPorts,
  settings: DoubtSettings,
  observer: DoubtObserver,
  record: DoubtRecord,
): Promise<'settled' | 'open' | 'busy'> {
  const { reservationId } = record.facts;
  const nowMs = ports.runtime.nowMs();
  let why: string;
  try {
    const result = await attempt(ports, settings, record);
    if (result.kind === 'settled') return 'settled';
    if (result.kind === 'busy') return 'busy';
    if (result.kind === 'early') {
      const { attempts } = record;
      const { untilMs: nextAtMs, why: reason } = result;
      await ports.resolutions.note({ reservationId, attempts, attemptedAtMs: undefined, nextAtMs, reason });
      return 'open';
    }
    why = result.why;
  } catch (error) {
    if (error instanceof DependencyUnavailable) throw error;
    observer.failed(reservationId, error);
    why = 'the attempt failed; the ledger has logged why';
  }
  const attempts = record.attempts + 1;
  const isLast = attempts >= settings.attemptsMax;
  const pauseMs = Math.min(settings.intervalMs * 2 ** record.attempts, PAUSE_MAX_MS);
  await ports.resolutions.note({
    reservationId,
    attempts,
    attemptedAtMs: nowMs,
    nextAtMs: isLast ? undefined : nowMs + pauseMs,
    reason: isLast ? `${why}; given up after ${attempts} attempts` : why,
  });
  return 'open';
}
