-- Step 3. Synchronous: a launch that a crash forgot would let the janitor release a hold that was forwarded (R3).
create or replace function admission.launch(command jsonb) returns jsonb
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

-- A caller's retry or the resolver takes a reservation in doubt over. Two at once: the first moves the deadline, the second
-- is refused. To look for evidence nothing of the key or the time matters: no money moves.
create or replace function admission.adopt(command jsonb) returns jsonb
language plpgsql as $$
declare
  now_ms bigint := admission.now_ms();
  only_looks constant boolean := coalesce(command ->> 'purpose' = 'look', false);
  dead text;
  current_state admission.reservations;
begin
  if not only_looks then
    dead := admission.live_or_reason(command ->> 'accountId', command -> 'lineage');
    if dead is not null then return jsonb_build_object('kind', 'refused', 'reason', dead); end if;
  end if;
  select * into current_state from admission.reservations r where r.reservation_id = command ->> 'reservationId' for update;
  if current_state.state is distinct from 'launched'
     or (current_state.outcome_due_ms > now_ms and current_state.owner <> command ->> 'owner') then
    return '{"kind": "refused", "reason": "not_in_doubt"}';
  end if;
  if not only_looks and current_state.launched_at_ms + (command ->> 'launchedWithinMs')::bigint <= now_ms then
    return '{"kind": "refused", "reason": "window_closed"}';
  end if;
  update admission.reservations r
     set owner = command ->> 'owner', outcome_due_ms = now_ms + (command ->> 'outcomeDueMs')::bigint
   where r.reservation_id = command ->> 'reservationId';
  return jsonb_build_object('kind', 'launched', 'launchedAtMs', current_state.launched_at_ms, 'incarnation', current_state.incarnation);
end $$;
