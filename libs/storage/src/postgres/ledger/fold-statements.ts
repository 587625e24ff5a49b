// Rows come as one JSON array; `json_populate_recordset` of the table's own row type gives each column its type. Keys of
// tables that are split by month hold the time: it comes with the id, and never changes.

/** Skips, instead of waiting for, a ledger that holds the row; no row changed means that the chunk is not ours to fold. */
export const MOVE_POSITION = `
update ledger.partition_positions p set next_position = $3::bigint, last_record_hash = $4::text
 where p.partition = (
   select q.partition from ledger.partition_positions q
    where q.partition = $1::integer and q.next_position = $2::bigint for update skip locked)`;

export const FENCE = 'select p.fence_incarnation from ledger.partition_positions p where p.partition = $1::integer';

export const RAISE_FENCE = `
update ledger.partition_positions p set fence_incarnation = greatest(p.fence_incarnation, $2::integer)
 where p.partition = $1::integer`;

export const INSERT_EVENTS = `
insert into ledger.events (event_id, account_id, subject_id, type, partition, position, occurred_at_ms)
select event_id, account_id, subject_id, type, partition, position, occurred_at_ms
  from json_populate_recordset(null::ledger.events, $1::json)
on conflict do nothing
returning event_id`;

export const LOAD_RESERVATIONS = `
select r.reservation_id, r.facts, r.outcome, r.released_as_unexecuted, r.true_up from ledger.reservations r
 where r.reservation_id = any($1::text[])`;

export const OUTCOMES = `
select r.reservation_id, r.outcome,
       case when r.true_up ->> 'currency' = r.facts -> 'call' -> 'amount' ->> 'currency'
            then (r.true_up ->> 'actualMicros')::bigint end as final_micros
  from ledger.reservations r where r.reservation_id = any($1::text[])`;

export const SAVE_RESERVATIONS = `
insert into ledger.reservations as r (reservation_id, account_id, state, facts, outcome, released_as_unexecuted, vault_key_id,
                                      reserved_at_ms, sealed_request, true_up)
select reservation_id, account_id, state, facts, outcome, released_as_unexecuted, vault_key_id, reserved_at_ms, sealed_request,
       true_up
  from json_populate_recordset(null::ledger.reservations, $1::json)
on conflict (reservation_id) do update
   set state = excluded.state, facts = excluded.facts, outcome = excluded.outcome, released_as_unexecuted = excluded.released_as_unexecuted,
       vault_key_id = excluded.vault_key_id, reserved_at_ms = excluded.reserved_at_ms, true_up = excluded.true_up,
       sealed_request = case when excluded.state = 'open' then coalesce(excluded.sealed_request, r.sealed_request) end`;

export const ADD_TO_BALANCES = `
insert into ledger.balances as b (account_id, counter, window_id, scope, scope_id, cap_window, currency, direction,
                                  limit_micros, committed_micros, held_micros, window_ends_at_ms, changes)
select account_id, counter, window_id, scope, scope_id, cap_window, currency, direction,
       limit_micros, committed_micros, held_micros, window_ends_at_ms, changes
  from json_populate_recordset(null::ledger.balances, $1::json)
on conflict (account_id, counter, window_id) do update
   set limit_micros = excluded.limit_micros,
       committed_micros = b.committed_micros + excluded.committed_micros,
       held_micros = b.held_micros + excluded.held_micros,
       changes = b.changes + excluded.changes
returning b.account_id, b.counter, b.window_id, b.changes, b.committed_micros, b.held_micros`;

/** An older call's late outcome does not take the place of the key's newer call. */
export const SAVE_IDEMPOTENCY_RECORDS = `
insert into ledger.idempotency_records as i (account_id, root_key_id, key_hash, idempotency_key, fingerprint,
       reservation_id, state, upstream_status, sealed_response, created_at_ms, expires_at_ms)
select account_id, root_key_id, key_hash, idempotency_key, fingerprint,
       reservation_id, state, upstream_status, sealed_response, created_at_ms, expires_at_ms
  from json_populate_recordset(null::ledger.idempotency_records, $1::json)
on conflict (account_id, root_key_id, key_hash) do update
   set fingerprint = excluded.fingerprint, reservation_id = excluded.reservation_id, state = excluded.state,
       upstream_status = excluded.upstream_status,
       sealed_response = coalesce(excluded.sealed_response,
         case when i.reservation_id = excluded.reservation_id then i.sealed_response end),
       created_at_ms = excluded.created_at_ms, expires_at_ms = excluded.expires_at_ms
 where excluded.reservation_id = i.reservation_id or excluded.created_at_ms >= i.created_at_ms`;

export const LOAD_AUDIT_HEADS = `
select h.vault_key_id, h.sequence, h.hash, h.made_at_ms from ledger.audit_heads h where h.vault_key_id = any($1::text[])`;

export const SAVE_AUDIT_ENTRIES = `
insert into ledger.audit_entries
select * from json_populate_recordset(null::ledger.audit_entries, $1::json)
on conflict (id, started_at_ms) do update
   set state = excluded.state, message = excluded.message, committed_micros = excluded.committed_micros,
       final_micros = excluded.final_micros, upstream_status = excluded.upstream_status, upstream_request_id = excluded.upstream_request_id,
       latency_ms = excluded.latency_ms, ended_at_ms = excluded.ended_at_ms`;

export const APPEND_AUDIT_LINKS = `
with rows as (
  select * from json_to_recordset($1::json) as r (account_id text, vault_key_id text, sequence bigint, entry_id text,
                                                  log_position bigint, made_at_ms bigint, content_hash text,
                                                  previous_hash text, hash text)
), added as (
  insert into ledger.audit_links (account_id, vault_key_id, sequence, entry_id, log_position, made_at_ms, content_hash,
                                  previous_hash, hash)
  select account_id, vault_key_id, sequence, entry_id, log_position, made_at_ms, content_hash, previous_hash, hash from rows
)
insert into ledger.audit_heads (vault_key_id, account_id, sequence, hash, made_at_ms)
select distinct on (vault_key_id) vault_key_id, account_id, sequence, hash, made_at_ms
  from rows order by vault_key_id, sequence desc
on conflict (vault_key_id) do update
   set sequence = excluded.sequence, hash = excluded.hash, made_at_ms = excluded.made_at_ms`;

export const SAVE_ASKED_CALLS = `
insert into ledger.asked_calls (call_id, account_id, fingerprint, pricing)
select call_id, account_id, fingerprint, pricing from json_populate_recordset(null::ledger.asked_calls, $1::json)
on conflict do nothing`;

export const SAVE_ANOMALIES = `
insert into ledger.anomalies (account_id, reservation_id, kind, detail)
select account_id, reservation_id, kind, detail
  from json_to_recordset($1::json) as a (account_id text, reservation_id text, kind text, detail text)
on conflict do nothing`;

export const SAVE_PRICE_WATCHES = `
insert into ledger.price_watches as w (reservation_id, account_id, committed_at_ms, final_micros, next_at_ms)
select reservation_id, account_id, committed_at_ms, final_micros, case when final_micros is null then committed_at_ms end
  from json_populate_recordset(null::ledger.price_watches, $1::json)
on conflict (reservation_id) do update
   set final_micros = excluded.final_micros, next_at_ms = case when excluded.final_micros is null then w.next_at_ms end`;

export const SAVE_DEAD_LETTERS = `
insert into ledger.dead_letters (partition, position, body, problem)
select partition, position, body, problem
  from json_to_recordset($1::json) as d (partition integer, position bigint, body text, problem text)
on conflict do nothing`;

// A letter without an account may belong to any account that the partition has seen.
export const FREEZE_ACCOUNTS = `
with letters as (
  select * from json_to_recordset($1::json) as d (partition integer, position bigint, problem text, "accountId" text)
), accounts as (
  select l."accountId" as account_id, l.partition, l.position, l.problem from letters l where l."accountId" <> ''
  union all
  select a.account_id, l.partition, l.position, l.problem
    from letters l join (select e.partition, e.account_id from ledger.events e
                          union select p.partition, p.account_id from ledger.partition_accounts p) a on a.partition = l.partition
   where coalesce(l."accountId", '') = ''
)
insert into ledger.frozen_accounts (account_id, reason)
select distinct on (a.account_id) a.account_id,
       format('partition %s, position %s: %s', a.partition, a.position, a.problem)
  from accounts a order by a.account_id, a.partition, a.position
on conflict do nothing`;
