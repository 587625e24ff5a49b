import type { CapWindow } from '../api/types.ts';

/** After an amount: `$100.00 a day`. */
export const WINDOWS: Readonly<Record<CapWindow, string>> = {
  day: 'a day',
  month: 'a month',
  rolling_24h: 'in any 24 hours',
  total: 'in total',
};
