-- What the ledger folds from the log. Everything here can be rebuilt from it.
create schema ledger;

-- The next position to fold, moved by compare-and-set in the transaction that folds: a zombie ledger changes nothing.
create table ledger.partition_positions (
  partition integer primary key,
  next_position bigint not null
);

create table ledger.events (
  event_id text primary key,
  account_id text not null,
  subject_id text not null,
  type text not null,
  partition integer not null,
  position bigint not null,
  occurred_at_ms bigint not null
);

create index events_by_subject on ledger.events (subject_id);

create table ledger.reservations (
  reservation_id text primary key,
  account_id text not null,
  state text not null check (state in ('open', 'released', 'committed')),
  -- SpendReserved as logged; null while only an outcome has been seen
  facts jsonb,
  outcome jsonb not null,
  released_as_unexecuted boolean not null default false,
  vault_key_id text,
  reserved_at_ms bigint
);

create index reservations_open on ledger.reservations (account_id, reserved_at_ms) where state = 'open';

create table ledger.balances (
  account_id text not null,
  counter text not null,
  window_id text not null,
  scope text not null,
  scope_id text not null,
  cap_window text not null,
  currency text not null,
  direction text not null,
  limit_micros bigint not null,
  committed_micros bigint not null,
  held_micros bigint not null,
  window_ends_at_ms bigint not null,
  primary key (account_id, counter, window_id)
) with (fillfactor = 50);

-- Spend per agent type and day. The day is the one that the call's day cap was stamped with, else the UTC day (R6).
-- Calls that never had a currency (reads, most denials) are counted under currency ''.
create table ledger.agent_spend (
  account_id text not null,
  day text not null,
  agent_type text not null,
  currency text not null,
  committed_micros bigint not null,
  held_micros bigint not null,
  calls bigint not null,
  denials bigint not null,
  primary key (account_id, day, agent_type, currency)
) with (fillfactor = 50);

create table ledger.idempotency_records (
  account_id text not null,
  root_key_id text not null,
  key_hash text not null,
  idempotency_key text not null,
  fingerprint text not null,
  reservation_id text not null,
  state text not null check (state in ('open', 'released', 'committed')),
  upstream_status integer,
  sealed_response text,
  created_at_ms bigint not null,
  -- null until the call ended: a call in doubt has no expiry (R8)
  expires_at_ms bigint,
  primary key (account_id, root_key_id, key_hash)
);

create index idempotency_by_reservation on ledger.idempotency_records (reservation_id);

create table ledger.audit_entries (
  id text primary key,
  account_id text not null,
  vault_key_id text not null,
  agent_type text not null,
  run_id text,
  provider text not null,
  operation text not null,
  endpoint text not null,
  decision text not null check (decision in ('allowed', 'denied', 'replayed')),
  rule text,
  message text,
  policy_id text not null,
  policy_version integer not null,
  idempotency_key text,
  currency text,
  reserved_micros bigint,
  committed_micros bigint,
  state text not null,
  upstream_status integer,
  upstream_request_id text,
  latency_ms double precision,
  started_at_ms bigint not null,
  ended_at_ms bigint
);

create index audit_by_time on ledger.audit_entries (account_id, started_at_ms desc, id desc);
create index audit_by_key on ledger.audit_entries (vault_key_id, started_at_ms desc);
create index audit_by_run on ledger.audit_entries (account_id, run_id, started_at_ms) where run_id is not null;

-- The chain of each vault key: a link when an entry begins and another when it ends. `content_hash` of an entry's last
-- link is that of the row as it stands, so an edited, removed or reordered entry shows.
create table ledger.audit_links (
  vault_key_id text not null,
  sequence bigint not null,
  entry_id text not null,
  content_hash text not null,
  previous_hash text not null,
  hash text not null,
  primary key (vault_key_id, sequence)
);

create index audit_links_by_entry on ledger.audit_links (entry_id);

create table ledger.audit_heads (
  vault_key_id text primary key,
  account_id text not null,
  sequence bigint not null,
  hash text not null
);

create table ledger.dead_letters (
  partition integer not null,
  position bigint not null,
  body text not null,
  problem text not null,
  seen_at timestamptz not null default clock_timestamp(),
  primary key (partition, position)
);

create table ledger.anomalies (
  id bigint generated always as identity primary key,
  account_id text not null,
  reservation_id text not null,
  kind text not null,
  detail text not null,
  seen_at timestamptz not null default clock_timestamp(),
  unique (reservation_id, kind)
);
