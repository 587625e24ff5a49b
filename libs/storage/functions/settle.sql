-- Moves one reservation to its end and its holds with it. Returns false when it was there already (R4, R5).
create or replace function admission.settle(in_reservation_id text, outcome text, actual_micros bigint, response text, recorded boolean)
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
  was_open := current_state.state in ('held', 'asking', 'waiting', 'launched');
  for hold in select value from jsonb_array_elements(current_state.holds) loop
    update admission.balances b
       set held_micros = b.held_micros - case when was_open then (hold ->> 'amountMicros')::bigint else 0 end,
           committed_micros = b.committed_micros + case when outcome = 'committed' then actual_micros else 0 end
     where b.account_id = current_state.account_id and b.counter = hold ->> 'counter' and b.window_id = hold ->> 'windowId';
  end loop;
  update admission.reservations r
     set state = outcome, settled_at_ms = admission.now_ms(), sealed_response = response, sweep_unconfirmed = not recorded,
         counted_micros = case when outcome = 'committed' then actual_micros end
   where r.reservation_id = in_reservation_id;
  return true;
end $$;

-- The final price of a committed call takes the place of what its windows count (R6). Returns false when they count it
-- already, or nobody knows what they count: a call of an older build.
create or replace function admission.true_up(in_reservation_id text, final_micros bigint) returns boolean
language plpgsql as $$
declare
  current_state admission.reservations;
  hold jsonb;
begin
  select * into current_state from admission.reservations r where r.reservation_id = in_reservation_id for update;
  if not found or current_state.state <> 'committed' or current_state.counted_micros is null
     or current_state.counted_micros = final_micros then
    return false;
  end if;
  for hold in select value from jsonb_array_elements(current_state.holds) loop
    update admission.balances b set committed_micros = b.committed_micros + (final_micros - current_state.counted_micros)
     where b.account_id = current_state.account_id and b.counter = hold ->> 'counter' and b.window_id = hold ->> 'windowId';
  end loop;
  update admission.reservations r set counted_micros = final_micros where r.reservation_id = in_reservation_id;
  return true;
end $$;

-- The janitor's step: the oldest held reservation past the age becomes released, in the store that launch asks (R3); not one
-- that waits for a person.
create or replace function admission.sweep_one(older_than_ms bigint) returns setof admission.reservations
language plpgsql as $$
declare
  swept admission.reservations;
begin
  select * into swept from admission.reservations r
   where r.state in ('held', 'asking') and r.reserved_at_ms <= admission.now_ms() - older_than_ms
   order by r.reserved_at_ms limit 1 for update skip locked;
  if not found then return; end if;
  perform admission.settle(swept.reservation_id, 'released', 0, null, false);
  return next swept;
end $$;
