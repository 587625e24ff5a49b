// The buckets of a rolling window are one balance, named by the one that leaves next.
const BALANCE = `
with current as (
  select b.counter, b.scope, b.scope_id, b.cap_window, b.window_id, b.currency, b.direction,
         b.limit_micros, b.committed_micros, b.held_micros, b.window_ends_at_ms
    from ledger.balances b
   where b.account_id = $1::text and b.window_ends_at_ms > $2::bigint and b.cap_window <> 'rolling_24h'
   union all
  select b.counter, b.scope, b.scope_id, b.cap_window, min(b.window_id), b.currency, b.direction,
         (array_agg(b.limit_micros order by b.window_id desc))[1], sum(b.committed_micros)::bigint,
         sum(b.held_micros)::bigint, min(b.window_ends_at_ms)
    from ledger.balances b
   where b.account_id = $1::text and b.window_ends_at_ms > $2::bigint and b.cap_window = 'rolling_24h'
     and b.committed_micros + b.held_micros > 0
   group by b.counter, b.scope, b.scope_id, b.cap_window, b.currency, b.direction
)
select b.* from current b where true`;

export const BALANCES_OF = `${BALANCE} and b.counter = any($3::text[])
 order by b.scope desc, b.scope_id, b.cap_window, b.currency, b.direction`;

// A counter can have two windows that end at one time: its time zone was changed.
export const BALANCES = `${BALANCE}
   and ($3::bigint is null or (b.window_ends_at_ms, b.counter || ' ' || b.window_id) > ($3::bigint, $4::text))
 order by b.window_ends_at_ms, b.counter || ' ' || b.window_id limit $5::integer`;

// Calls without a currency join the agent type's first row with one, so that each agent type's calls are seen in one place.
export const SPEND = `
with limits as (
  select k.agent_type, b.currency, sum(b.limit_micros) as limit_micros, 2 as preference
    from ledger.balances b
    join governance.vault_keys k on k.account_id = b.account_id and k.key_id = b.scope_id
   where b.account_id = $1::text and b.cap_window = 'day' and b.window_id = $2::text and b.scope = 'key'
   group by 1, 2
  union all
  select b.scope_id, b.currency, sum(b.limit_micros), 1
    from ledger.balances b
   where b.account_id = $1::text and b.cap_window = 'day' and b.window_id = $2::text and b.scope = 'agent_type'
   group by 1, 2
), chosen as (
  select distinct on (agent_type, currency) agent_type, currency, limit_micros
    from limits order by agent_type, currency, preference
), named as (
  select s.agent_type,
         case when s.currency <> '' then s.currency
              else coalesce((select min(o.currency) from ledger.day_spend o
                              where o.account_id = s.account_id and o.day = s.day and o.agent_type = s.agent_type
                                and o.currency <> ''), '') end as currency,
         s.committed_micros, s.held_micros, s.calls + s.replays + s.price_looks as calls, s.denials
    from ledger.day_spend s
   where s.account_id = $1::text and s.day = $2::text
)
select n.agent_type, nullif(n.currency, '') as currency, sum(n.committed_micros)::bigint as committed_micros,
       sum(n.held_micros)::bigint as held_micros, max(c.limit_micros)::bigint as limit_micros,
       sum(n.calls)::bigint as calls, sum(n.denials)::bigint as denials
  from named n left join chosen c on c.agent_type = n.agent_type and c.currency = n.currency
 where $3::text is null or (n.agent_type, n.currency) > ($3::text, $4::text)
 group by n.agent_type, n.currency
 order by n.agent_type, n.currency limit $5::integer`;

export const IDEMPOTENCY_RECORDS = `
select i.idempotency_key, i.root_key_id, i.reservation_id, i.state, i.upstream_status, i.created_at_ms, i.expires_at_ms
  from ledger.idempotency_records i
 where i.account_id = $1::text
   and ($2::text is null or i.idempotency_key = $2::text)
   and ($3::bigint is null or (i.created_at_ms, i.reservation_id) < ($3::bigint, $4::text))
 order by i.created_at_ms desc, i.reservation_id desc limit $5::integer`;

// In doubt is known by the admission store alone: the reader adds it to open ones.
const RESERVATION = `
select a.*, r.state as reservation_state, r.resolve_attempts, r.resolve_last_at_ms, r.resolve_next_at_ms, r.resolve_reason
  from ledger.reservations r
  join ledger.audit_entries a on a.id = r.reservation_id`;

export const RESERVATIONS = `${RESERVATION}
 where r.account_id = $1::text and ($2::text is null or r.state = $2::text)
   and ($3::text[] is null or r.reservation_id = any($3::text[]))
   and ($4::bigint is null or (a.started_at_ms, a.id) < ($4::bigint, $5::text))
 order by a.started_at_ms desc, a.id desc limit $6::integer`;

export const ONE_RESERVATION = `${RESERVATION} where r.account_id = $1::text and r.reservation_id = $2::text`;
