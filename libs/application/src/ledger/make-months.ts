import { utcMonthStartMs } from '@keybrake/domain';
import type { RetentionStore } from '../ports/retention-store.js';
import type { Runtime } from '../ports/runtime.js';

export interface MonthPorts {
  readonly retention: Pick<RetentionStore, 'makeMonths'>;
  readonly runtime: Pick<Runtime, 'nowMs'>;
}

/** A ledger that stands still for as long still finds its months when it starts again. */
const MONTHS_AHEAD = 3;

/** Makes the months ahead in the tables that are split by month. */
export function makeMonths({ retention, runtime }: MonthPorts): Promise<void> {
  return retention.makeMonths(utcMonthStartMs(runtime.nowMs(), MONTHS_AHEAD + 1));
}
