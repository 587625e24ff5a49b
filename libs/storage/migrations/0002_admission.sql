-- The admission store in Postgres: what decides whether a call may run. One function per atomic step, because a step
-- must be one round trip and one transaction. Times are milliseconds since 1970 by this server's clock (R6).
create schema admission;

create function admission.now_ms() returns bigint
language sql volatile as $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;

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

-- Why the line of keys may not be used: null when it may. A missing row is an unknown key.
create function admission.dead_reason(in_account_id text, lineage jsonb) returns text
language plpgsql volatile as $$
declare
  now_ms bigint := admission.now_ms();
  found_keys integer;
  revoked boolean;
  expired boolean;
begin
  select count(*), bool_or(k.revoked_at_ms is not null), bool_or(k.expires_at_ms is not null and k.expires_at_ms <= now_ms)
    into found_keys, revoked, expired
    from admission.keys k
   where k.account_id = in_account_id
     and k.key_id in (select jsonb_array_elements_text(lineage));
  if found_keys < jsonb_array_length(lineage) then return 'key_invalid'; end if;
  if revoked then return 'key_revoked'; end if;
  if expired then return 'key_expired'; end if;
  return null;
end $$;

create function admission.refused(refusal jsonb) returns jsonb
language sql immutable as $$ select jsonb_build_object('kind', 'refused', 'refusal', refusal) $$;

-- Step 1. Command: {reservationId, accountId, lineage[], policyId, policyVersion, refusal?, claim?: {rootKeyId, keyHash,
-- fingerprint}, meters: [{kind, counter, limit, windows[]}], holds: [{cap, counter, limitMicros, amountMicros, windows[]}]}.
-- Returns the ReserveOutcome of the port. Locks: claim, then balances by counter, then meters; one order for all calls.
create function admission.reserve(command jsonb) returns jsonb
language plpgsql as $$
declare
  now_ms bigint := admission.now_ms();
  account constant text := command ->> 'accountId';
  reservation constant text := command ->> 'reservationId';
  claim constant jsonb := command -> 'claim';
  known admission.reservations;
  earlier jsonb;
  claimed_anew boolean := false;
  dead text;
  hold jsonb;
  span jsonb;
  balance admission.balances;
  stamped jsonb := '[]';
  windows jsonb := '[]';
  refusal jsonb;
  reply jsonb;
begin
  -- Safe to lose in a crash of the server: nothing is launched before a later, synchronous write.
  perform set_config('synchronous_commit', 'off', true);

  select * into known from admission.reservations r where r.reservation_id = reservation;
  if found then return known.reply; end if;

  dead := admission.dead_reason(account, command -> 'lineage');
  if dead is not null then return admission.refused(jsonb_build_object('code', dead)); end if;
  if exists (
    select 1 from admission.policies p
     where p.account_id = account and p.policy_id = command ->> 'policyId'
       and p.version > (command ->> 'policyVersion')::integer
  ) then
    return '{"kind": "stale_policy"}';
  end if;

  -- An ended call is answered again even if today's policy would refuse it: it happened.
  if claim is not null then
    if command -> 'refusal' is null then
      insert into admission.claims values (account, claim ->> 'rootKeyId', claim ->> 'keyHash', claim ->> 'fingerprint', reservation)
      on conflict do nothing;
      claimed_anew := found;
    end if;
    if not claimed_anew then
      earlier := admission.earlier_call(account, claim, now_ms);
      if earlier is not null then return earlier; end if;
    end if;
  end if;
  if command -> 'refusal' is not null then return admission.refused(command -> 'refusal'); end if;

  for hold in select value from jsonb_array_elements(command -> 'holds') loop
    span := admission.span_at(hold -> 'windows', now_ms);
    if span is null then
      refusal := '{"code": "unavailable", "dependency": "The budget clock", "retryAfterMs": 1000}';
      exit;
    end if;
    insert into admission.balances (account_id, counter, window_id, ends_at_ms)
    values (account, hold ->> 'counter', span ->> 'id', (span ->> 'endsAtMs')::bigint)
    on conflict do nothing;
    select * into balance from admission.balances b
     where b.account_id = account and b.counter = hold ->> 'counter' and b.window_id = span ->> 'id'
       for update;
    if balance.committed_micros + balance.held_micros + (hold ->> 'amountMicros')::bigint > (hold ->> 'limitMicros')::bigint then
      refusal := jsonb_build_object('code', 'cap_exceeded', 'counter', hold ->> 'counter', 'windowId', span ->> 'id',
        'endsAtMs', span -> 'endsAtMs', 'committedMicros', balance.committed_micros::text, 'heldMicros', balance.held_micros::text);
      exit;
    end if;
    stamped := stamped || jsonb_build_object('counter', hold ->> 'counter', 'windowId', span ->> 'id', 'amountMicros', hold ->> 'amountMicros');
    windows := windows || jsonb_build_object('span', span, 'remainingMicros',
      ((hold ->> 'limitMicros')::bigint - balance.committed_micros - balance.held_micros - (hold ->> 'amountMicros')::bigint)::text);
  end loop;

  if refusal is null then refusal := admission.use_meters(account, command -> 'meters', now_ms); end if;
  if refusal is not null then
    if claimed_anew then
      delete from admission.claims c
       where c.account_id = account and c.root_key_id = claim ->> 'rootKeyId' and c.key_hash = claim ->> 'keyHash';
    end if;
    return admission.refused(refusal);
  end if;

  for hold in select value from jsonb_array_elements(stamped) loop
    update admission.balances b set held_micros = b.held_micros + (hold ->> 'amountMicros')::bigint
     where b.account_id = account and b.counter = hold ->> 'counter' and b.window_id = hold ->> 'windowId';
  end loop;
  if claim is not null and not claimed_anew then
    update admission.claims c set reservation_id = reservation, fingerprint = claim ->> 'fingerprint'
     where c.account_id = account and c.root_key_id = claim ->> 'rootKeyId' and c.key_hash = claim ->> 'keyHash';
  end if;
  reply := jsonb_build_object('kind', 'held', 'incarnation', 1, 'reservedAtMs', now_ms, 'windows', windows);
  insert into admission.reservations (reservation_id, account_id, state, incarnation, holds, reply, reserved_at_ms)
  values (reservation, account, 'held', 1, stamped, reply, now_ms);
  return reply;
end $$;

-- The window that holds the store's time: {id, startsAtMs, endsAtMs}; null when the caller's clock is days off.
create function admission.span_at(spans jsonb, now_ms bigint) returns jsonb
language sql immutable as $$
  select s.value from jsonb_array_elements(spans) s
   where (s.value ->> 'startsAtMs')::bigint <= now_ms and now_ms < (s.value ->> 'endsAtMs')::bigint
   limit 1
$$;

-- What an idempotency key that is taken means for this call (R8); null when the key is free again. Locks the claim.
create function admission.earlier_call(account text, claim jsonb, now_ms bigint) returns jsonb
language plpgsql as $$
declare
  taken admission.claims;
  first_call admission.reservations;
  day_ms constant bigint := 86400000;
begin
  select * into taken from admission.claims c
   where c.account_id = account and c.root_key_id = claim ->> 'rootKeyId' and c.key_hash = claim ->> 'keyHash'
     for update;
  select * into first_call from admission.reservations r where r.reservation_id = taken.reservation_id;
  if not found or first_call.state = 'released' then return null; end if;
  if first_call.state = 'committed' and first_call.settled_at_ms + day_ms <= now_ms then return null; end if;
  if taken.fingerprint <> claim ->> 'fingerprint' then
    return admission.refused('{"code": "idempotency_mismatch"}');
  end if;
  if first_call.state = 'committed' then
    return jsonb_build_object('kind', 'completed', 'reservationId', taken.reservation_id, 'sealedResponse', first_call.sealed_response);
  end if;
  if first_call.state = 'launched' and first_call.outcome_due_ms <= now_ms then
    return jsonb_build_object('kind', 'in_doubt', 'reservationId', taken.reservation_id, 'launchedAtMs', first_call.launched_at_ms);
  end if;
  return jsonb_build_object('kind', 'in_flight', 'reservationId', taken.reservation_id);
end $$;

-- Counts the call on every meter, or on none and returns the refusal.
create function admission.use_meters(account text, meters jsonb, now_ms bigint) returns jsonb
language plpgsql as $$
declare
  meter jsonb;
  current_id text;
  current_used integer;
begin
  for meter in select value from jsonb_array_elements(meters) order by value ->> 'counter' loop
    current_id := case when meter ->> 'kind' = 'rate' then (now_ms / 1000)::text
                       else admission.span_at(meter -> 'windows', now_ms) ->> 'id' end;
    insert into admission.meters values (account, meter ->> 'counter', current_id, 0) on conflict do nothing;
    select case when m.window_id = current_id then m.used else 0 end into current_used
      from admission.meters m where m.account_id = account and m.counter = meter ->> 'counter' for update;
    if current_used >= (meter ->> 'limit')::integer then
      if meter ->> 'kind' = 'rate' then
        return jsonb_build_object('code', 'rate_exceeded', 'limit', meter -> 'limit', 'retryAfterMs', 1000 - now_ms % 1000);
      end if;
      return jsonb_build_object('code', 'quota_exceeded', 'limit', meter -> 'limit',
        'resetsAtMs', admission.span_at(meter -> 'windows', now_ms) -> 'endsAtMs');
    end if;
  end loop;
  for meter in select value from jsonb_array_elements(meters) order by value ->> 'counter' loop
    current_id := case when meter ->> 'kind' = 'rate' then (now_ms / 1000)::text
                       else admission.span_at(meter -> 'windows', now_ms) ->> 'id' end;
    update admission.meters m
       set used = case when m.window_id = current_id then m.used + 1 else 1 end, window_id = current_id
     where m.account_id = account and m.counter = meter ->> 'counter';
  end loop;
  return null;
end $$;

-- The lock between launches and revocations of one key. An advisory lock, since a share lock on the row by many launches
-- at once costs more than the launch itself.
create function admission.key_lock(account text, key text) returns bigint
language sql immutable as $$ select hashtextextended(account || '/' || key, 0) $$;

-- Shares each key's lock until this transaction is durable: a revoke in another one is either seen here or waits, so
-- after its answer no launch follows (R7).
create function admission.live_or_reason(in_account_id text, lineage jsonb) returns text
language plpgsql as $$
declare
  dead text;
  key text;
begin
  for key in select value from jsonb_array_elements_text(lineage) order by value loop
    perform pg_advisory_xact_lock_shared(admission.key_lock(in_account_id, key));
  end loop;
  dead := admission.dead_reason(in_account_id, lineage);
  return case when dead is null then null when dead = 'key_expired' then 'expired' else 'revoked' end;
end $$;

-- Waits for the launches that run, then changes what the next ones see. An earlier revocation keeps its time.
create function admission.put_key(in_account_id text, in_key_id text, in_expires_at_ms bigint, in_revoked_at_ms bigint)
returns boolean
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(admission.key_lock(in_account_id, in_key_id));
  insert into admission.keys as k (account_id, key_id, expires_at_ms, revoked_at_ms)
  values (in_account_id, in_key_id, in_expires_at_ms, in_revoked_at_ms)
  on conflict (account_id, key_id) do update
     set expires_at_ms = excluded.expires_at_ms, revoked_at_ms = least(k.revoked_at_ms, excluded.revoked_at_ms);
  return true;
end $$;

-- Step 3. Synchronous: a launch that a crash forgot would let the janitor release a hold that was forwarded (R3).
create function admission.launch(command jsonb) returns jsonb
language plpgsql as $$
declare
  now_ms bigint := admission.now_ms();
  dead text;
  current_state admission.reservations;
begin
  dead := admission.live_or_reason(command ->> 'accountId', command -> 'lineage');
  select * into current_state from admission.reservations r where r.reservation_id = command ->> 'reservationId' for update;
  if current_state.state = 'launched' and current_state.owner = command ->> 'owner' then
    return jsonb_build_object('kind', 'launched', 'launchedAtMs', current_state.launched_at_ms);
  end if;
  if dead is not null then return jsonb_build_object('kind', 'refused', 'reason', dead); end if;
  if current_state.state is distinct from 'held' then return '{"kind": "refused", "reason": "not_held"}'; end if;
  if current_state.incarnation <> (command ->> 'incarnation')::integer then return '{"kind": "refused", "reason": "incarnation"}'; end if;
  update admission.reservations r
     set state = 'launched', owner = command ->> 'owner', launched_at_ms = now_ms,
         outcome_due_ms = now_ms + (command ->> 'outcomeDueMs')::bigint
   where r.reservation_id = command ->> 'reservationId';
  return jsonb_build_object('kind', 'launched', 'launchedAtMs', now_ms);
end $$;

-- A caller's retry takes a reservation in doubt over. Two at once: the first moves the deadline, the second is refused.
create function admission.adopt(command jsonb) returns jsonb
language plpgsql as $$
declare
  now_ms bigint := admission.now_ms();
  dead text;
  current_state admission.reservations;
begin
  dead := admission.live_or_reason(command ->> 'accountId', command -> 'lineage');
  if dead is not null then return jsonb_build_object('kind', 'refused', 'reason', dead); end if;
  select * into current_state from admission.reservations r where r.reservation_id = command ->> 'reservationId' for update;
  if current_state.state is distinct from 'launched'
     or (current_state.outcome_due_ms > now_ms and current_state.owner <> command ->> 'owner') then
    return '{"kind": "refused", "reason": "not_in_doubt"}';
  end if;
  if current_state.launched_at_ms + (command ->> 'launchedWithinMs')::bigint <= now_ms then
    return '{"kind": "refused", "reason": "window_closed"}';
  end if;
  update admission.reservations r
     set owner = command ->> 'owner', outcome_due_ms = now_ms + (command ->> 'outcomeDueMs')::bigint
   where r.reservation_id = command ->> 'reservationId';
  return jsonb_build_object('kind', 'launched', 'launchedAtMs', current_state.launched_at_ms, 'incarnation', current_state.incarnation);
end $$;

-- Moves one reservation to its end and its holds with it. Returns false when it was there already (R4, R5).
create function admission.settle(in_reservation_id text, outcome text, actual_micros bigint, response text, recorded boolean)
returns boolean
language plpgsql as $$
declare
  current_state admission.reservations;
  hold jsonb;
  was_open boolean;
begin
  -- Safe to lose in a crash of the server: the log has the outcome, and the ledger settles again from it.
  perform set_config('synchronous_commit', 'off', true);
  select * into current_state from admission.reservations r where r.reservation_id = in_reservation_id for update;
  if not found or current_state.state = 'committed' or current_state.state = outcome then return false; end if;
  was_open := current_state.state in ('held', 'launched');
  for hold in select value from jsonb_array_elements(current_state.holds) loop
    update admission.balances b
       set held_micros = b.held_micros - case when was_open then (hold ->> 'amountMicros')::bigint else 0 end,
           committed_micros = b.committed_micros + case when outcome = 'committed' then actual_micros else 0 end
     where b.account_id = current_state.account_id and b.counter = hold ->> 'counter' and b.window_id = hold ->> 'windowId';
  end loop;
  update admission.reservations r
     set state = outcome, settled_at_ms = admission.now_ms(), sealed_response = response, sweep_unconfirmed = not recorded
   where r.reservation_id = in_reservation_id;
  return true;
end $$;

-- The janitor's step: the oldest held reservation past the age becomes released, in the store that launch asks (R3).
create function admission.sweep_one(older_than_ms bigint) returns setof admission.reservations
language plpgsql as $$
declare
  swept admission.reservations;
begin
  select * into swept from admission.reservations r
   where r.state = 'held' and r.reserved_at_ms <= admission.now_ms() - older_than_ms
   order by r.reserved_at_ms limit 1 for update skip locked;
  if not found then return; end if;
  perform admission.settle(swept.reservation_id, 'released', 0, null, false);
  return next swept;
end $$;
