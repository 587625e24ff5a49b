export const BEGIN_INCARNATION = `
insert into ledger.incarnations (incarnation)
select 1 + greatest($1::integer, coalesce((select max(i.incarnation) from ledger.incarnations i), 0),
                    coalesce((select max(p.fence_incarnation) from ledger.partition_positions p), 0))
returning incarnation`;

// A window that ended two days ago is nobody's today, on any clock; unless something is still held in it.
export const BALANCES = `
select b.account_id, b.counter, b.window_id, b.window_ends_at_ms, b.committed_micros, b.held_micros
  from ledger.balances b
 where b.window_ends_at_ms > extract(epoch from clock_timestamp()) * 1000 - 172800000 or b.held_micros > 0`;

// But for look-ups of the resolver, which no store ever admitted.
export const OPEN_RESERVATIONS = `
select r.account_id, r.reservation_id, r.reserved_at_ms,
       coalesce((select jsonb_agg(jsonb_build_object('counter', h ->> 'counter', 'windowId', h ->> 'windowId',
                                                     'amountMicros', h ->> 'amountMicros'))
                   from jsonb_array_elements(r.facts -> 'holds') h), '[]') as holds,
       i.root_key_id, i.key_hash, i.fingerprint, r.facts ? 'approval' as is_waiting
  from ledger.reservations r
  left join ledger.idempotency_records i on i.reservation_id = r.reservation_id
 where r.state = 'open' and r.facts is not null and r.facts -> 'resolves' is null`;

// Whose price may still change, as the balances count it; an older call is forgotten by every store.
export const COMMITS = `
select r.account_id, r.reservation_id,
       coalesce((select jsonb_agg(jsonb_build_object('counter', h ->> 'counter', 'windowId', h ->> 'windowId',
                                                     'amountMicros', h ->> 'amountMicros'))
                   from jsonb_array_elements(r.facts -> 'holds') h), '[]') as holds,
       coalesce(w.final_micros, (r.outcome ->> 'actualMicros')::bigint) as actual_micros
  from ledger.price_watches w join ledger.reservations r on r.reservation_id = w.reservation_id
 where w.committed_at_ms > extract(epoch from clock_timestamp()) * 1000 - 86400000`;

// What a duplicate guard has to know: at most a day back, however the call goes on.
export const GUARDS = `
select r.account_id, r.reservation_id, r.reserved_at_ms, r.facts #>> '{call,rootKeyId}' as root_key_id,
       r.facts ->> 'guardHash' as hash
  from ledger.reservations r
 where r.facts ? 'guardHash' and r.state <> 'released'
   and r.reserved_at_ms > extract(epoch from clock_timestamp()) * 1000 - 86400000`;

// Of each idempotency key the newest request; for a day after its time, as long as keys are known.
export const APPROVALS = `
select distinct on (a.account_id, a.root_key_id, a.key_hash) a.*
  from approvals.approvals a
 where a.expires_at_ms > extract(epoch from clock_timestamp()) * 1000 - 86400000
 order by a.account_id, a.root_key_id, a.key_hash, a.requested_at_ms desc, a.approval_id desc`;

// Admitted calls of this month, in the zone that each was counted in.
export const QUOTAS_USED = `
select m.account_id, m.root_key_id, m.time_zone, m.month as window_id, m.calls as used,
       (extract(epoch from (date_trunc('month', clock_timestamp() at time zone m.time_zone) + interval '1 month')
                           at time zone m.time_zone) * 1000)::bigint as ends_at_ms
  from ledger.month_calls m
 where m.month = to_char(clock_timestamp() at time zone m.time_zone, 'YYYY-MM')`;

export const CLAIMS_UNTIL = `
select max(i.expires_at_ms) as until_ms from ledger.idempotency_records i
 where i.state = 'committed' and i.expires_at_ms > extract(epoch from clock_timestamp()) * 1000`;
