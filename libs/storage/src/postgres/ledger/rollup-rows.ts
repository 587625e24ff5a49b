import type { BalanceChange, DaySpendDelta, MonthCallsDelta, RunDaySpendDelta, RunDelta } from '@keybrake/application';

/** Rows of the tables of migrations/0011_call_lives.sql as JSON, which has no bigint. */
export const balanceChangeRow = (change: BalanceChange) => ({
  account_id: change.accountId,
  counter: change.counter,
  window_id: change.windowId,
  sequence: change.sequence.toString(),
  reservation_id: change.reservationId,
  kind: change.kind,
  at_ms: change.atMs,
  held_delta_micros: change.heldDeltaMicros.toString(),
  committed_delta_micros: change.committedDeltaMicros.toString(),
  held_micros: change.heldMicros.toString(),
  committed_micros: change.committedMicros.toString(),
});

const spendRow = (delta: Omit<DaySpendDelta, 'agentType' | 'provider' | 'priceLooks'>) => ({
  account_id: delta.accountId,
  day: delta.day,
  currency: delta.currency,
  committed_micros: delta.committedMicros.toString(),
  held_micros: delta.heldMicros.toString(),
  calls: delta.calls,
  denials: delta.denials,
  replays: delta.replays,
});

export const daySpendRow = (delta: DaySpendDelta) => ({
  ...spendRow(delta),
  agent_type: delta.agentType,
  provider: delta.provider,
  price_looks: delta.priceLooks,
});

export const runDaySpendRow = (delta: RunDaySpendDelta) => ({ ...spendRow(delta), run_id: delta.runId });

export const runRow = (run: RunDelta) => ({
  account_id: run.accountId,
  run_id: run.runId,
  agent_types: [...run.agentTypes].sort(),
  providers: [...run.providers].sort(),
  first_at_ms: run.firstAtMs,
  last_at_ms: run.lastAtMs,
});

export const monthCallsRow = (delta: MonthCallsDelta) => ({
  account_id: delta.accountId,
  month: delta.month,
  root_key_id: delta.rootKeyId,
  time_zone: delta.timeZone,
  calls: delta.calls,
});
