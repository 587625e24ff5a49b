-- The admission store in Postgres: what decides whether a call may run. Its steps are the functions in ../functions.
-- Times are milliseconds since 1970 by this server's clock (R6).
create schema admission;

create table admission.keys (
  account_id text not null,
  key_id text not null,
  expires_at_ms bigint,
  revoked_at_ms bigint,
  primary key (account_id, key_id)
);

create table admission.policies (
  account_id text not null,
  policy_id text not null,
  version integer not null,
  primary key (account_id, policy_id)
);

-- R1: committed + held <= limit is checked while the row is locked. A hold counts.
create table admission.balances (
  account_id text not null,
  counter text not null,
  window_id text not null,
  ends_at_ms bigint not null,
  committed_micros bigint not null default 0 check (committed_micros >= 0),
  held_micros bigint not null default 0 check (held_micros >= 0),
  primary key (account_id, counter, window_id)
) with (fillfactor = 50);

create table admission.meters (
  account_id text not null,
  counter text not null,
  window_id text not null,
  used integer not null,
  primary key (account_id, counter)
) with (fillfactor = 50);

create table admission.reservations (
  reservation_id text primary key,
  account_id text not null,
  state text not null check (state in ('held', 'launched', 'committed', 'released')),
  incarnation integer not null,
  -- [{counter, windowId, amountMicros}], sorted by counter
  holds jsonb not null,
  -- the answer that a repeated reserve gets again (R4)
  reply jsonb not null,
  owner text,
  reserved_at_ms bigint not null,
  launched_at_ms bigint,
  outcome_due_ms bigint,
  settled_at_ms bigint,
  sealed_response text,
  -- a swept release that the log does not have yet
  sweep_unconfirmed boolean not null default false
) with (fillfactor = 70);

create index reservations_held on admission.reservations (reserved_at_ms) where state = 'held';
create index reservations_launched on admission.reservations (outcome_due_ms) where state = 'launched';
create index reservations_settled on admission.reservations (settled_at_ms) where settled_at_ms is not null;
create index reservations_with_response on admission.reservations (settled_at_ms) where sealed_response is not null;
create index reservations_swept on admission.reservations (settled_at_ms) where sweep_unconfirmed;

create table admission.claims (
  account_id text not null,
  root_key_id text not null,
  key_hash text not null,
  fingerprint text not null,
  reservation_id text not null,
  primary key (account_id, root_key_id, key_hash)
);

create index claims_by_reservation on admission.claims (reservation_id);
