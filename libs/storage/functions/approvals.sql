-- What asks for approval waits for it: no janitor releases it. Synchronous: who is told that it waits can count on it.
create or replace function admission.await_approval(in_reservation_id text) returns boolean
language plpgsql as $$
begin
  update admission.reservations r set state = 'waiting'
   where r.reservation_id = in_reservation_id and r.state in ('asking', 'waiting');
  return found;
end $$;

-- A person's decision, or that there was none in time. What was denied or has expired holds nothing any more; its key is
-- answered with it for as long as the claim is known (R8). Synchronous: a decision that was answered stays.
create or replace function admission.decide_approval(in_reservation_id text, decision text, until_ms bigint) returns boolean
language plpgsql as $$
declare
  asked admission.claims;
  request admission.reservations;
begin
  select * into asked from admission.claims c where c.approval_of = in_reservation_id for update;
  if not found then return false; end if;
  select * into request from admission.reservations r where r.reservation_id = in_reservation_id for update;
  if request.state is null or request.state not in ('asking', 'waiting') then return asked.approval = decision; end if;
  if decision = 'approved' and asked.approval_until_ms <= admission.now_ms() then return false; end if;
  update admission.claims c
     set approval = decision,
         approval_until_ms = case when decision = 'approved' then until_ms else c.approval_until_ms end
   where c.approval_of = in_reservation_id;
  if decision <> 'approved' then
    perform admission.settle(in_reservation_id, 'released', 0, null, true);
    perform set_config('synchronous_commit', 'on', true);
  end if;
  return true;
end $$;
