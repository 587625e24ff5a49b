// Of one millisecond in the order of the log. A look-up is no call: it has no fingerprint, or names what it was looked up for.
const CALL = `
select a.id, a.vault_key_id, a.agent_type, a.run_id, a.provider, a.operation, a.endpoint, a.decision, a.rule, a.message,
       a.policy_id, a.idempotency_key, a.state, a.currency, a.started_at_ms, a.ended_at_ms, a.reserved_micros,
       coalesce(a.final_micros, a.committed_micros) as spent_micros,
       coalesce(q.fingerprint, r.facts ->> 'fingerprint', '') as fingerprint,
       coalesce(q.pricing, r.facts #> '{call,pricing}') as pricing,
       r.facts #>> '{call,direction}' as direction, r.facts #> '{call,conversion}' as conversion,
       coalesce(r.facts -> 'holds', '[]') as holds, coalesce(r.facts ? 'approvedAs', false) as was_approved, e.position
  from ledger.audit_entries a
  left join ledger.reservations r on r.reservation_id = a.id
  left join ledger.asked_calls q on q.call_id = a.id
 cross join lateral (select min(l.position) as position from ledger.events l where l.subject_id = a.id) e
 where a.account_id = $1::text and (a.decision <> 'allowed' or r.facts ->> 'fingerprint' <> '')`;

export const CALLS_BETWEEN = `${CALL}
   and a.started_at_ms >= $2::bigint and a.started_at_ms < $3::bigint
   and a.started_at_ms >= coalesce($4::bigint, 0) and (a.started_at_ms, e.position) > (coalesce($4::bigint, 0), coalesce($5::bigint, -1))
 order by a.started_at_ms, e.position limit $6::integer`;

// What is open for longer than a month is in doubt for good.
export const CALLS_UNDER_WAY = `${CALL}
   and r.reservation_id is not null and a.ended_at_ms >= $2::bigint and a.started_at_ms < $2::bigint
   and a.started_at_ms > $2::bigint - 2678400000`;

export const COUNT_CALLS = `
select count(*)::integer as calls from ledger.audit_entries a
 where a.account_id = $1::text and a.started_at_ms >= $2::bigint and a.started_at_ms < $3::bigint`;

export const ADMITTED_BY_ROOT_KEY = `
select r.facts #>> '{call,rootKeyId}' as root_key_id, count(*)::integer as calls
  from ledger.audit_entries a join ledger.reservations r on r.reservation_id = a.id
 where a.account_id = $1::text and a.started_at_ms >= $2::bigint and a.started_at_ms < $3::bigint
   and r.facts ->> 'fingerprint' <> ''
 group by 1`;

// The last change before the moment, of each balance whose window had not ended by then.
export const BALANCES_AT = `
select b.counter, b.window_id, c.committed_micros, c.held_micros
  from ledger.balances b
 cross join lateral (
   select h.committed_micros, h.held_micros from ledger.balance_changes h
    where h.account_id = b.account_id and h.counter = b.counter and h.window_id = b.window_id and h.at_ms < $2::bigint
    order by h.at_ms desc, h.sequence desc limit 1
 ) c
 where b.account_id = $1::text and b.window_ends_at_ms > $2::bigint and c.committed_micros + c.held_micros > 0
   and ($3::text[] is null or b.counter = any($3::text[]))`;
