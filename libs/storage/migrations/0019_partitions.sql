-- The tables that grow with every call are split by month (UTC), so that old months can be dropped. What is there becomes the
-- first partition as it stands, up to the end of this month: no row is copied, only keys are built anew. The ledger makes
-- the months ahead; a default partition takes what none covers, so that no fold can fail for a missing one.

-- An older ledger does not know the new keys. It moves its position first, and can't: nothing of it becomes a dead letter.
alter table ledger.partition_positions rename column last_body_hash to last_record_hash;

-- When the event that made the link occurred, but never before the link that it follows: so of every chain a month is one
-- piece. 0: made by an earlier build.
alter table ledger.audit_links add column made_at_ms bigint not null default 0;
alter table ledger.audit_heads add column made_at_ms bigint not null default 0;

alter table ledger.events rename to events_first;
alter table ledger.events_first drop constraint events_pkey, add primary key (event_id, occurred_at_ms);
alter index ledger.events_by_subject rename to events_first_by_subject;

create table ledger.events (like ledger.events_first including defaults including constraints)
  partition by range (occurred_at_ms);
alter table ledger.events add primary key (event_id, occurred_at_ms);
create index events_by_subject on ledger.events (subject_id);
create table ledger.events_rest partition of ledger.events default;

alter table ledger.audit_entries rename to audit_entries_first;
alter table ledger.audit_entries_first drop constraint audit_entries_pkey, add primary key (id, started_at_ms);
alter index ledger.audit_by_time rename to audit_entries_first_by_time;
alter index ledger.audit_by_key rename to audit_entries_first_by_key;
alter index ledger.audit_by_run rename to audit_entries_first_by_run;
alter index ledger.audit_by_end rename to audit_entries_first_by_end;
alter index ledger.audit_by_amount rename to audit_entries_first_by_amount;
alter index ledger.audit_by_terms rename to audit_entries_first_by_terms;
alter index ledger.audit_with_message rename to audit_entries_first_with_message;
alter index ledger.audit_replays rename to audit_entries_first_replays;

create table ledger.audit_entries (like ledger.audit_entries_first including defaults including constraints)
  partition by range (started_at_ms);
alter table ledger.audit_entries add primary key (id, started_at_ms);
create index audit_by_time on ledger.audit_entries (account_id, started_at_ms desc, id desc);
create index audit_by_key on ledger.audit_entries (account_id, vault_key_id, started_at_ms desc);
create index audit_by_run on ledger.audit_entries (account_id, run_id, started_at_ms) where run_id is not null;
create index audit_by_end on ledger.audit_entries (account_id, ended_at_ms) where decision = 'allowed';
create index audit_by_amount on ledger.audit_entries (account_id, currency, reserved_micros)
  where reserved_micros is not null;
create index audit_by_terms on ledger.audit_entries using gin (
  ledger.audit_terms(account_id, vault_key_id, agent_type, run_id, provider, operation, endpoint, decision, rule, state,
                     policy_id, policy_version, idempotency_key, upstream_request_id, upstream_status, currency, started_at_ms)
) with (gin_pending_list_limit = 512);
create index audit_with_message on ledger.audit_entries (account_id, started_at_ms desc, id desc)
  where message is not null;
create index audit_replays on ledger.audit_entries (message) where decision = 'replayed';
create table ledger.audit_entries_rest partition of ledger.audit_entries default;

alter table ledger.audit_links rename to audit_links_first;
alter table ledger.audit_links_first
  drop constraint audit_links_pkey, add primary key (account_id, vault_key_id, sequence, made_at_ms);
alter index ledger.audit_links_by_entry rename to audit_links_first_by_entry;
alter index ledger.audit_links_by_position rename to audit_links_first_by_position;

create table ledger.audit_links (like ledger.audit_links_first including defaults including constraints)
  partition by range (made_at_ms);
alter table ledger.audit_links add primary key (account_id, vault_key_id, sequence, made_at_ms);
create index audit_links_by_entry on ledger.audit_links (entry_id);
create index audit_links_by_position on ledger.audit_links (account_id, log_position);
create table ledger.audit_links_rest partition of ledger.audit_links default;

-- A clock that was ahead may have told a time behind the month's end.
do $$
declare
  ends_at_ms constant bigint := extract(epoch from date_trunc('month', now() at time zone 'UTC') + interval '1 month') * 1000;
  split record;
begin
  for split in select * from (values ('events', 'occurred_at_ms'), ('audit_entries', 'started_at_ms'),
                                     ('audit_links', 'made_at_ms')) as s (table_name, time_column) loop
    execute format('with moved as (delete from ledger.%1$I where %2$I >= %3$s returning *)
                    insert into ledger.%4$I select * from moved',
                   split.table_name || '_first', split.time_column, ends_at_ms, split.table_name || '_rest');
    execute format('alter table ledger.%1$I attach partition ledger.%2$I for values from (minvalue) to (%3$s)',
                   split.table_name, split.table_name || '_first', ends_at_ms);
  end loop;
end $$;
