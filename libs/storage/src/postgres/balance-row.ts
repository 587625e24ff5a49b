import type { StoredBalance } from '@keybrake/application';

/** What a balance has used, as every table of balances keeps it. */
export interface BalanceRow {
  readonly counter: string;
  readonly window_id: string;
  readonly committed_micros: bigint;
  readonly held_micros: bigint;
}

export const toStoredBalance = (row: BalanceRow): StoredBalance => ({
  counter: row.counter,
  windowId: row.window_id,
  committedMicros: row.committed_micros,
  heldMicros: row.held_micros,
});
