-- Searching, following and sealing the audit.

-- Links say whose they are, and where in the account's part of the log stands the event that made them: the order in
-- which a live tail tells of changes. Null for links of earlier builds; nobody holds a place among them.
alter table ledger.audit_links
  add column account_id text,
  add column log_position bigint;

update ledger.audit_links l set account_id = h.account_id from ledger.audit_heads h where h.vault_key_id = l.vault_key_id;

alter table ledger.audit_links
  alter column account_id set not null,
  drop constraint audit_links_pkey,
  add primary key (account_id, vault_key_id, sequence);

create index audit_links_by_position on ledger.audit_links (account_id, log_position);
create index audit_heads_by_account on ledger.audit_heads (account_id, vault_key_id);

-- What an entry can be searched by, each value behind a letter of its field. The index holds what this text makes: a new
-- text needs a new index. Texts of strangers are cut, so that none is too long for an index; the search compares the
-- columns too.
create function ledger.audit_terms(
  account_id text, vault_key_id text, agent_type text, run_id text, provider text, operation text, endpoint text,
  decision text, rule text, state text, policy_id text, policy_version integer, idempotency_key text,
  upstream_request_id text, upstream_status integer, currency text, started_at_ms bigint
) returns text[] language sql immutable parallel safe as $$
  select array[
    'a:' || account_id, 'k:' || vault_key_id, 't:' || left(agent_type, 200), 'r:' || left(run_id, 200), 'p:' || provider,
    'o:' || left(operation, 200), 'e:' || left(endpoint, 200), 'd:' || decision, 'u:' || left(rule, 200), 's:' || state,
    'l:' || policy_id, 'v:' || policy_version::text, 'i:' || left(idempotency_key, 200),
    'q:' || left(upstream_request_id, 200), 'c:' || upstream_status::text, 'm:' || currency,
    'y:' || (started_at_ms / 86400000)::text]
$$;

-- One index for every field and every pair of fields. New entries wait in a list that each search reads, so it is short.
create index audit_by_terms on ledger.audit_entries using gin (
  ledger.audit_terms(account_id, vault_key_id, agent_type, run_id, provider, operation, endpoint, decision, rule, state,
                     policy_id, policy_version, idempotency_key, upstream_request_id, upstream_status, currency, started_at_ms)
) with (gin_pending_list_limit = 512);

create index audit_by_amount on ledger.audit_entries (account_id, currency, reserved_micros)
  where reserved_micros is not null;
create index audit_with_message on ledger.audit_entries (account_id, started_at_ms desc, id desc)
  where message is not null;

drop index ledger.audit_by_key;
create index audit_by_key on ledger.audit_entries (account_id, vault_key_id, started_at_ms desc);

-- What the chains came to, day by day. Beside the ledger, which can be folded anew from the log and must then come to the
-- same; only ever added to.
create schema audit;

create table audit.checkpoints (
  account_id text not null,
  -- UTC, YYYY-MM-DD
  day text not null,
  -- all chains of the account, and all their links
  keys bigint not null,
  links bigint not null,
  hash text not null,
  previous_hash text not null,
  created_at_ms bigint not null,
  primary key (account_id, day)
);

-- The heads that had moved since the checkpoint before. Those that had not stand in an earlier one, whose hash this one's
-- builds on.
create table audit.checkpoint_heads (
  account_id text not null,
  day text not null,
  vault_key_id text not null,
  sequence bigint not null,
  hash text not null,
  primary key (account_id, vault_key_id, day),
  foreign key (account_id, day) references audit.checkpoints
);

create index checkpoint_heads_by_day on audit.checkpoint_heads (account_id, day);

create trigger checkpoints_immutable before update or delete on audit.checkpoints
  for each row execute function governance.refuse_change();
create trigger checkpoints_kept before truncate on audit.checkpoints
  for each statement execute function governance.refuse_change();
create trigger checkpoint_heads_immutable before update or delete on audit.checkpoint_heads
  for each row execute function governance.refuse_change();
create trigger checkpoint_heads_kept before truncate on audit.checkpoint_heads
  for each statement execute function governance.refuse_change();
