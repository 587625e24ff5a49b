-- What the resolver of calls in doubt works with. The request only while nobody knows the outcome; it leaves with it.
alter table ledger.reservations
  add column sealed_request text,
  -- The resolver's own notes; a ledger that is folded anew begins without them.
  add column resolve_attempts integer not null default 0,
  add column resolve_last_at_ms bigint,
  -- null: never again, a person decides; before the first attempt 0
  add column resolve_next_at_ms bigint default 0,
  add column resolve_reason text;

-- Whose message is it: an object of the provider that some call is known to have made.
create index reservations_by_object on ledger.reservations ((outcome ->> 'objectId')) where outcome ? 'objectId';
