-- What people are told, and how it gets to them. Not made anew with the ledger: what was told is not told again.
create schema alerts;

create table alerts.alerts (
  alert_id text primary key,
  -- the order of a subject's alerts: raised under a lock of the subject
  sequence bigint generated always as identity,
  account_id text not null,
  type text not null,
  subject text not null,
  dedupe_key text not null,
  summary text not null,
  data jsonb not null,
  occurred_at_ms bigint not null,
  unique (account_id, dedupe_key)
);

create index alerts_newest on alerts.alerts (account_id, sequence desc);

create table alerts.webhooks (
  webhook_id text primary key,
  account_id text not null,
  url text not null,
  form text not null check (form in ('standard', 'slack')),
  -- alert types; empty: all
  types text[] not null,
  label text,
  -- sealed: the newest first, at most two
  sealed_secrets text[] not null,
  is_paused boolean not null default false,
  created_at_ms bigint not null
);

create index webhooks_newest on alerts.webhooks (account_id, created_at_ms desc, webhook_id desc);

create table alerts.deliveries (
  delivery_id text primary key,
  webhook_id text not null references alerts.webhooks on delete cascade,
  alert_id text not null references alerts.alerts,
  subject text not null,
  -- of the alert
  sequence bigint not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0,
  next_at_ms bigint not null,
  -- a sender that died gives it back
  leased_until_ms bigint not null default 0,
  last_status integer,
  last_error text,
  last_at_ms bigint
);

create index deliveries_pending on alerts.deliveries (webhook_id, subject, sequence) where state = 'pending';
create index deliveries_newest on alerts.deliveries (webhook_id, sequence desc, delivery_id desc);
