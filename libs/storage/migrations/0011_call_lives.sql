-- What the admin API tells of a call's life, of runs, of spend over time and of quotas. All of it is folded from the log;
-- what an older build folded is counted here from its tables. An older ledger knows nothing of these tables: it has to be
-- stopped before this build starts, or what it still folds is missing in them.

-- Every change of a balance, in the order of the fold.
create table ledger.balance_changes (
  account_id text not null,
  counter text not null,
  window_id text not null,
  -- of this balance, from 1 without gaps
  sequence bigint not null,
  reservation_id text not null,
  kind text not null check (kind in ('reserved', 'ended', 'trued_up')),
  at_ms bigint not null,
  held_delta_micros bigint not null,
  committed_delta_micros bigint not null,
  -- after it
  held_micros bigint not null,
  committed_micros bigint not null,
  -- by time, so that a balance as of a moment is one look: clocks differ, so the number comes after it
  primary key (account_id, counter, window_id, at_ms, sequence)
);

create index balance_changes_by_reservation on ledger.balance_changes (reservation_id);

alter table ledger.balances add column changes bigint not null default 0;

-- Spend and calls per day of the policy's zone (R6), agent type and provider; takes the place of ledger.agent_spend, which
-- nothing reads or writes any more. Calls that never had a currency (reads, most denials) are counted under currency ''.
create table ledger.day_spend (
  account_id text not null,
  day text not null,
  agent_type text not null,
  provider text not null,
  currency text not null,
  committed_micros bigint not null,
  held_micros bigint not null,
  -- admitted calls; look-ups of prices, replays and denials have columns of their own
  calls bigint not null,
  denials bigint not null,
  replays bigint not null,
  price_looks bigint not null,
  primary key (account_id, day, agent_type, provider, currency)
) with (fillfactor = 50);

create table ledger.runs (
  account_id text not null,
  run_id text not null,
  agent_types text[] not null,
  providers text[] not null,
  first_at_ms bigint not null,
  last_at_ms bigint not null,
  primary key (account_id, run_id)
) with (fillfactor = 70);

create index runs_newest on ledger.runs (account_id, last_at_ms desc, run_id desc);

create table ledger.run_day_spend (
  account_id text not null,
  run_id text not null,
  day text not null,
  currency text not null,
  committed_micros bigint not null,
  held_micros bigint not null,
  calls bigint not null,
  denials bigint not null,
  replays bigint not null,
  primary key (account_id, run_id, day, currency)
) with (fillfactor = 70);

create index run_day_spend_by_day on ledger.run_day_spend (account_id, day);

-- Admitted calls of a root key and its children in a month of a zone: what a monthly quota counts.
create table ledger.month_calls (
  account_id text not null,
  month text not null,
  root_key_id text not null,
  time_zone text not null,
  calls bigint not null,
  primary key (account_id, month, root_key_id, time_zone)
) with (fillfactor = 50);

-- What was looked up for a call, and its replays.
create index reservations_by_subject on ledger.reservations ((coalesce(facts ->> 'resolves', facts ->> 'pricesFor')))
 where coalesce(facts ->> 'resolves', facts ->> 'pricesFor') is not null;
create index audit_replays on ledger.audit_entries (message) where decision = 'replayed';

-- What was folded so far. The zone of a denial or a replay is its policy version's; one that PostgreSQL does not know
-- counts as UTC.
create temporary table folded_calls on commit drop as
with zones as materialized (select lower(z.name) as name from pg_timezone_names z),
zoned as (
  select a.*, r.facts,
         coalesce(r.facts -> 'call' ->> 'timeZone', v.document ->> 'timeZone', 'UTC') as time_zone
    from ledger.audit_entries a
    left join ledger.reservations r on r.reservation_id = a.id
    left join governance.policy_versions v
      on v.account_id = a.account_id and v.policy_id = a.policy_id and v.version = a.policy_version
)
select c.account_id, c.agent_type, c.provider, c.run_id, c.time_zone, coalesce(c.currency, '') as currency,
       c.facts -> 'call' ->> 'rootKeyId' as root_key_id, c.started_at_ms, coalesce(c.ended_at_ms, c.started_at_ms) as ended_at_ms,
       to_char(to_timestamp(c.started_at_ms / 1000.0) at time zone coalesce(z.name, 'UTC'), 'YYYY-MM-DD') as day,
       case when c.decision = 'denied' then 'denial' when c.decision = 'replayed' then 'replay'
            when c.facts ->> 'resolves' is not null then 'look' when c.facts ->> 'fingerprint' = '' then 'price_look'
            else 'call' end as kind,
       case when c.state = 'open' then coalesce(c.reserved_micros, 0) else 0 end as held_micros,
       case when c.state = 'committed' then coalesce(c.final_micros, c.committed_micros, 0) else 0 end as committed_micros
  from zoned c left join zones z on z.name = lower(c.time_zone);

insert into ledger.day_spend (account_id, day, agent_type, provider, currency, committed_micros, held_micros, calls, denials,
                              replays, price_looks)
select account_id, day, agent_type, provider, currency, sum(committed_micros), sum(held_micros),
       count(*) filter (where kind = 'call'), count(*) filter (where kind = 'denial'),
       count(*) filter (where kind = 'replay'), count(*) filter (where kind = 'price_look')
  from folded_calls group by 1, 2, 3, 4, 5;

insert into ledger.runs (account_id, run_id, agent_types, providers, first_at_ms, last_at_ms)
select account_id, run_id, array_agg(distinct agent_type order by agent_type), array_agg(distinct provider order by provider),
       min(started_at_ms), max(greatest(started_at_ms, ended_at_ms))
  from folded_calls where run_id is not null and kind not in ('look', 'price_look') group by 1, 2;

insert into ledger.run_day_spend (account_id, run_id, day, currency, committed_micros, held_micros, calls, denials, replays)
select account_id, run_id, day, currency, sum(committed_micros), sum(held_micros),
       count(*) filter (where kind = 'call'), count(*) filter (where kind = 'denial'), count(*) filter (where kind = 'replay')
  from folded_calls where run_id is not null and kind not in ('look', 'price_look') group by 1, 2, 3, 4;

insert into ledger.month_calls (account_id, month, root_key_id, time_zone, calls)
select account_id, left(day, 7), root_key_id, time_zone, count(*) from folded_calls where kind = 'call' group by 1, 2, 3, 4;

-- Changes of balances so far: at the events that reserved a call, gave it the outcome that it has, and told its last price.
with held as (
  select r.account_id, r.reservation_id, r.state, h.value ->> 'counter' as counter, h.value ->> 'windowId' as window_id,
         sum((h.value ->> 'amountMicros')::bigint) as amount,
         count(*) * coalesce((r.outcome ->> 'actualMicros')::bigint, 0) as actual,
         count(*) * case when r.true_up ->> 'currency' = r.facts -> 'call' -> 'amount' ->> 'currency'
                         then (r.true_up ->> 'actualMicros')::bigint end as final
    from ledger.reservations r, jsonb_array_elements(r.facts -> 'holds') h
   -- what a fence voided never counted
   where r.facts is not null and r.outcome ->> 'reason' is distinct from 'fenced'
   group by r.reservation_id, 4, 5
), placed as (
  select h.*, b.position as begun, b.occurred_at_ms as begun_at, e.position as ended, e.occurred_at_ms as ended_at,
         p.position as told, p.occurred_at_ms as told_at
    from held h
   cross join lateral (select * from ledger.events x where x.subject_id = h.reservation_id and x.type = 'SpendReserved'
                        order by x.position limit 1) b
    left join lateral (select * from ledger.events x where x.subject_id = h.reservation_id
                          and x.type = case h.state when 'committed' then 'SpendCommitted' when 'released' then 'SpendReleased' end
                        order by x.position limit 1) e on true
    left join lateral (select * from ledger.events x where x.subject_id = h.reservation_id and x.type = 'SpendTruedUp'
                          and h.state = 'committed' and h.final is not null
                        order by x.position desc limit 1) p on true
), changes as (
  select account_id, counter, window_id, reservation_id, 'reserved' as kind, begun as position, begun_at as at_ms,
         case when ended < begun then 0 else amount end as held,
         case when ended < begun then case when told < begun then final else actual end else 0 end as committed
    from placed
  union all
  select account_id, counter, window_id, reservation_id, 'ended', ended, ended_at, -amount,
         case when told < ended then final else actual end
    from placed where ended > begun
  union all
  select account_id, counter, window_id, reservation_id, 'trued_up', told, told_at, 0, final - actual
    from placed where told > greatest(begun, ended)
), counted as (
  select c.*, row_number() over w as sequence, sum(held) over w as held_after, sum(committed) over w as committed_after
    from changes c where held <> 0 or committed <> 0
  window w as (partition by account_id, counter, window_id order by position rows unbounded preceding)
)
insert into ledger.balance_changes (account_id, counter, window_id, sequence, reservation_id, kind, at_ms, held_delta_micros,
                                    committed_delta_micros, held_micros, committed_micros)
select account_id, counter, window_id, sequence, reservation_id, kind, at_ms, held, committed, held_after, committed_after
  from counted;

update ledger.balances b set changes = c.changes
  from (select account_id, counter, window_id, max(sequence) as changes from ledger.balance_changes group by 1, 2, 3) c
 where c.account_id = b.account_id and c.counter = b.counter and c.window_id = b.window_id;
