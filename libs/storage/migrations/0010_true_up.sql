-- Prices that are told only later: the final amount beside the committed one.
alter table ledger.reservations add column true_up jsonb;
alter table ledger.audit_entries add column final_micros bigint;

-- What the windows of a committed call count of it; null for calls that an older build settled.
alter table admission.reservations add column counted_micros bigint;

-- Committed calls whose price is told later, until the admission store counts it.
create table ledger.price_watches (
  reservation_id text primary key,
  account_id text not null,
  committed_at_ms bigint not null,
  -- told, and to be counted by the admission store
  final_micros bigint,
  attempts integer not null default 0,
  -- null: not asked for (any more)
  next_at_ms bigint,
  reason text
) with (fillfactor = 70);

create index price_watches_next on ledger.price_watches (next_at_ms) where next_at_ms is not null;
create index price_watches_told on ledger.price_watches (committed_at_ms) where final_micros is not null;
