-- The duplicate guard: calls of the same request, by `root key:hash`. A released one is none.
alter table admission.reservations add column guard_key text;
create index reservations_guarded on admission.reservations (account_id, guard_key, reserved_at_ms)
  where guard_key is not null and state <> 'released';

-- What a rebuilt admission store is told.
create index reservations_with_guard on ledger.reservations (reserved_at_ms) where facts ? 'guardHash';
