-- Calls that wait for a person. `asking`: held by its gateway until its record is in the log; `waiting`: held for a decision.
alter table admission.reservations drop constraint reservations_state_check;
alter table admission.reservations add constraint reservations_state_check
  check (state in ('held', 'asking', 'waiting', 'launched', 'committed', 'released'));
drop index admission.reservations_held;
create index reservations_held on admission.reservations (reserved_at_ms) where state in ('held', 'asking');

-- What became of the key's request: it outlives the reservation that asked.
alter table admission.claims
  add column approval text check (approval in ('waiting', 'approved', 'denied', 'expired')),
  add column approval_of text,
  add column approval_until_ms bigint,
  add column approval_micros bigint,
  add column approval_currency text;
create index claims_by_request on admission.claims (approval_of) where approval_of is not null;

-- Requests and decisions. Not made anew with the ledger: the log tells who asked, not who decided.
create schema approvals;

create table approvals.approvals (
  approval_id text primary key,
  account_id text not null,
  reservation_id text not null unique,
  vault_key_id text not null,
  agent_type text not null,
  run_id text,
  provider text not null,
  operation text not null,
  endpoint text not null,
  policy_id text not null,
  policy_version integer not null,
  -- in the call's own currency
  currency text not null,
  amount_micros bigint not null,
  -- the idempotency claim that an approval is for
  root_key_id text not null,
  key_hash text not null,
  fingerprint text not null,
  state text not null check (state in ('waiting', 'approved', 'denied', 'expired', 'used')),
  approvers integer not null,
  valid_ms bigint not null,
  -- [{decision, by, note, atMs}]
  decisions jsonb not null default '[]',
  requested_at_ms bigint not null,
  expires_at_ms bigint not null,
  -- the call that was made
  used_by text,
  -- a decision that the admission store may not have been told
  is_untold boolean not null default false
);

create index approvals_newest on approvals.approvals (account_id, requested_at_ms desc, approval_id desc);
create index approvals_open on approvals.approvals (expires_at_ms) where state in ('waiting', 'approved');
create index approvals_untold on approvals.approvals (approval_id) where is_untold;
