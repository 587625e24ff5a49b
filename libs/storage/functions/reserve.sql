create or replace function admission.refused(refusal jsonb) returns jsonb
language sql immutable as $$ select jsonb_build_object('kind', 'refused', 'refusal', refusal) $$;

-- The window that holds the store's time: {id, startsAtMs, endsAtMs}; null when the caller's clock is days off.
create or replace function admission.span_at(spans jsonb, now_ms bigint) returns jsonb
language sql immutable as $$
  select s.value from jsonb_array_elements(spans) s
   where (s.value ->> 'startsAtMs')::bigint <= now_ms and now_ms < (s.value ->> 'endsAtMs')::bigint
   limit 1
$$;

-- The bucket of a rolling window ({lengthMs, bucketMs}) that holds the time, as span_at answers: it ends when it stops counting.
create or replace function admission.bucket_at(rolling jsonb, now_ms bigint) returns jsonb
language sql immutable as $$
  select jsonb_build_object('id', s.start::text, 'startsAtMs', s.start,
                            'endsAtMs', s.start + (rolling ->> 'bucketMs')::bigint + (rolling ->> 'lengthMs')::bigint)
    from (select now_ms - now_ms % (rolling ->> 'bucketMs')::bigint as start) s
$$;

-- What a request for approval held of a balance: free for the call that takes its place.
create or replace function admission.freed_of(request_holds jsonb, counter text, window_id text) returns bigint
language sql immutable as $$
  select coalesce(sum((h.value ->> 'amountMicros')::bigint), 0)::bigint from jsonb_array_elements(request_holds) h
   where h.value ->> 'counter' = counter and h.value ->> 'windowId' = window_id
$$;

-- What the buckets that count now have used together, and which one leaves so that the amount fits.
drop function if exists admission.rolling_use(text, jsonb, bigint);
create or replace function admission.rolling_use(
  account text, hold jsonb, now_ms bigint, request_holds jsonb,
  out committed_micros bigint, out held_micros bigint, out leaving text
) language sql stable as $$
  with counted as (
    select b.window_id, b.committed_micros, b.held_micros,
           sum(b.committed_micros + b.held_micros) over (order by b.window_id desc)
             - b.committed_micros - b.held_micros as left_micros
      from (select b.account_id, b.counter, b.window_id, b.committed_micros, b.held_micros - coalesce(f.micros, 0) as held_micros
              from admission.balances b
              left join (select h.value ->> 'windowId' as window_id, sum((h.value ->> 'amountMicros')::bigint)::bigint as micros
                           from jsonb_array_elements(request_holds) h where h.value ->> 'counter' = hold ->> 'counter'
                          group by 1) f on f.window_id = b.window_id) b
     where b.account_id = account and b.counter = hold ->> 'counter'
       -- Ids are starts in ms, of one length: their order as text is their order in time.
       and b.window_id > (now_ms - (hold #>> '{rolling,lengthMs}')::bigint - (hold #>> '{rolling,bucketMs}')::bigint)::text
  )
  select coalesce(sum(c.committed_micros), 0)::bigint, coalesce(sum(c.held_micros), 0)::bigint,
         coalesce(min(c.window_id) filter (
           where c.left_micros + (hold ->> 'amountMicros')::bigint <= (hold ->> 'limitMicros')::bigint), max(c.window_id))
    from counted c
$$;

-- Counts the call on every meter, or on none; returns the refusal. In shadow it counts whatever it returns.
drop function if exists admission.use_meters(text, jsonb, bigint);
create or replace function admission.use_meters(account text, meters jsonb, now_ms bigint, is_shadow boolean) returns jsonb
language plpgsql as $$
declare
  meter jsonb;
  current_id text;
  current_used integer;
  refusal jsonb;
begin
  for meter in select value from jsonb_array_elements(meters) order by value ->> 'counter' loop
    current_id := case when meter ->> 'kind' = 'rate' then (now_ms / 1000)::text
                       else admission.span_at(meter -> 'windows', now_ms) ->> 'id' end;
    insert into admission.meters values (account, meter ->> 'counter', current_id, 0) on conflict do nothing;
    select case when m.window_id = current_id then m.used else 0 end into current_used
      from admission.meters m where m.account_id = account and m.counter = meter ->> 'counter' for update;
    if current_used >= (meter ->> 'limit')::integer then
      refusal := coalesce(refusal, case when meter ->> 'kind' = 'rate'
        then jsonb_build_object('code', 'rate_exceeded', 'limit', meter -> 'limit', 'retryAfterMs', 1000 - now_ms % 1000)
        else jsonb_build_object('code', 'quota_exceeded', 'limit', meter -> 'limit',
          'resetsAtMs', admission.span_at(meter -> 'windows', now_ms) -> 'endsAtMs') end);
    end if;
  end loop;
  if refusal is not null and not is_shadow then return refusal; end if;
  for meter in select value from jsonb_array_elements(meters) order by value ->> 'counter' loop
    current_id := case when meter ->> 'kind' = 'rate' then (now_ms / 1000)::text
                       else admission.span_at(meter -> 'windows', now_ms) ->> 'id' end;
    update admission.meters m
       set used = case when m.window_id = current_id then m.used + 1 else 1 end, window_id = current_id
     where m.account_id = account and m.counter = meter ->> 'counter';
  end loop;
  return refusal;
end $$;

-- Step 1. Command: {reservationId, accountId, lineage[], policyId, policyVersion, refusal?, claim?: {rootKeyId, keyHash,
-- fingerprint}, meters: [{kind, counter, limit, windows[]}], holds: [{cap, counter, limitMicros, amountMicros, windows[] or
-- rolling: {lengthMs, bucketMs}}]}.
-- guard?: {rootKeyId, hash, windowMs, mode}, approval?: {micros, currency, validMs}, isShadow?. Returns the ReserveOutcome of the port. Locks: claim, then guard, then balances by counter, then meters; one order for all calls.
create or replace function admission.reserve(command jsonb) returns jsonb
language plpgsql as $$
declare
  now_ms bigint := admission.now_ms();
  account constant text := command ->> 'accountId';
  reservation constant text := command ->> 'reservationId';
  claim constant jsonb := command -> 'claim';
  known admission.reservations;
  earlier jsonb;
  asks constant jsonb := command -> 'approval';
  request_id text;
  approved_as text;
  request_holds jsonb := '[]';
  is_asking boolean;
  until_ms bigint;
  claimed_anew boolean := false;
  guard constant jsonb := command -> 'guard';
  guard_name constant text := (guard ->> 'rootKeyId') || ':' || (guard ->> 'hash');
  duplicate admission.reservations;
  dead text;
  hold jsonb;
  span jsonb;
  balance admission.balances;
  is_rolling boolean;
  leaving text;
  stamped jsonb := '[]';
  windows jsonb := '[]';
  refusal jsonb;
  is_shadow constant boolean := coalesce((command ->> 'isShadow')::boolean, false);
  shadow_refusal jsonb;
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
      insert into admission.claims (account_id, root_key_id, key_hash, fingerprint, reservation_id)
      values (account, claim ->> 'rootKeyId', claim ->> 'keyHash', claim ->> 'fingerprint', reservation)
      on conflict do nothing;
      claimed_anew := found;
    end if;
    if not claimed_anew then
      earlier := admission.earlier_call(account, claim, asks, command -> 'refusal' is not null, now_ms);
      if earlier ? 'kind' then return earlier; end if;
      request_id := earlier ->> 'request';
      approved_as := earlier ->> 'approvedAs';
    end if;
  end if;
  if command -> 'refusal' is not null then return admission.refused(command -> 'refusal'); end if;
  if request_id is not null then
    select r.holds into request_holds from admission.reservations r where r.reservation_id = request_id;
  end if;

  if guard is not null then
    -- Two calls of one request wait for each other here: the second sees the first.
    perform pg_advisory_xact_lock(hashtextextended(account || ' ' || guard_name, 7));
    select * into duplicate from admission.reservations r
     where r.account_id = account and r.guard_key = guard_name and r.state <> 'released'
       and r.reserved_at_ms > now_ms - (guard ->> 'windowMs')::bigint
       and r.reservation_id is distinct from request_id
     order by r.reserved_at_ms desc, r.reservation_id desc limit 1;
    if duplicate.reservation_id is not null and guard ->> 'mode' = 'block' then
      refusal := jsonb_build_object('code', 'duplicate_call', 'reservationId', duplicate.reservation_id,
        'reservedAtMs', duplicate.reserved_at_ms);
      if is_shadow then
        shadow_refusal := refusal;
        refusal := null;
      end if;
    end if;
  end if;

  for hold in select value from jsonb_array_elements(case when refusal is null then command -> 'holds' else '[]' end) loop
    is_rolling := hold ? 'rolling';
    if is_rolling then
      -- Calls of two buckets lock two rows: they wait for each other here.
      perform pg_advisory_xact_lock(hashtextextended(account || ' ' || (hold ->> 'counter'), 8));
      span := admission.bucket_at(hold -> 'rolling', now_ms);
    else
      span := admission.span_at(hold -> 'windows', now_ms);
    end if;
    if span is null then
      refusal := '{"code": "unavailable", "dependency": "The budget clock", "retryAfterMs": 1000}';
      exit;
    end if;
    -- What the request holds of this counter, before the next counter: the order in which every call locks.
    if request_id is not null then
      perform 1 from admission.balances b
        where b.account_id = account and b.counter = hold ->> 'counter'
          and admission.freed_of(request_holds, b.counter, b.window_id) > 0
        order by b.window_id for update;
    end if;
    -- Looked for first: the row is there for all but a window's first call.
    loop
      select * into balance from admission.balances b
       where b.account_id = account and b.counter = hold ->> 'counter' and b.window_id = span ->> 'id'
         for update;
      exit when found;
      insert into admission.balances (account_id, counter, window_id, ends_at_ms)
      values (account, hold ->> 'counter', span ->> 'id', (span ->> 'endsAtMs')::bigint)
      on conflict do nothing;
      -- Windows that ended a week ago and hold nothing make room when a new one begins.
      delete from admission.balances b
       where b.account_id = account and b.counter = hold ->> 'counter' and b.ends_at_ms < now_ms - 604800000 and b.held_micros = 0;
    end loop;
    leaving := span ->> 'id';
    if is_rolling then
      select u.committed_micros, u.held_micros, u.leaving into balance.committed_micros, balance.held_micros, leaving
        from admission.rolling_use(account, hold, now_ms, request_holds) u;
    elsif request_id is not null then
      balance.held_micros := balance.held_micros - admission.freed_of(request_holds, balance.counter, balance.window_id);
    end if;
    if balance.committed_micros + balance.held_micros + (hold ->> 'amountMicros')::bigint > (hold ->> 'limitMicros')::bigint then
      refusal := jsonb_build_object('code', 'cap_exceeded', 'counter', hold ->> 'counter', 'windowId', leaving,
        'committedMicros', balance.committed_micros::text, 'heldMicros', balance.held_micros::text);
      if not is_shadow then exit; end if;
      shadow_refusal := coalesce(shadow_refusal, refusal);
      refusal := null;
    end if;
    stamped := stamped || jsonb_build_object('counter', hold ->> 'counter', 'windowId', span ->> 'id', 'amountMicros', hold ->> 'amountMicros');
    windows := windows || jsonb_build_object('span', span, 'remainingMicros', greatest(0,
      (hold ->> 'limitMicros')::bigint - balance.committed_micros - balance.held_micros - (hold ->> 'amountMicros')::bigint)::text);
  end loop;

  if refusal is null and jsonb_array_length(command -> 'meters') > 0 then
    refusal := admission.use_meters(account, command -> 'meters', now_ms, is_shadow);
    if is_shadow then
      shadow_refusal := coalesce(shadow_refusal, refusal);
      refusal := null;
    end if;
  end if;
  if refusal is not null then
    if claimed_anew then
      delete from admission.claims c
       where c.account_id = account and c.root_key_id = claim ->> 'rootKeyId' and c.key_hash = claim ->> 'keyHash';
    end if;
    return admission.refused(refusal);
  end if;

  if request_id is not null then perform admission.settle(request_id, 'released', 0, null, false); end if;
  for hold in select value from jsonb_array_elements(stamped) loop
    update admission.balances b set held_micros = b.held_micros + (hold ->> 'amountMicros')::bigint
     where b.account_id = account and b.counter = hold ->> 'counter' and b.window_id = hold ->> 'windowId';
  end loop;
  is_asking := asks is not null and approved_as is null;
  until_ms := case when is_asking then now_ms + (asks ->> 'validMs')::bigint end;
  if claim is not null and (is_asking or not claimed_anew) then
    update admission.claims c
       set reservation_id = reservation, fingerprint = claim ->> 'fingerprint',
           approval = case when is_asking then 'waiting' when approved_as is not null then c.approval end,
           approval_of = case when is_asking then reservation when approved_as is not null then c.approval_of end,
           approval_until_ms = case when is_asking then until_ms when approved_as is not null then c.approval_until_ms end,
           approval_micros = case when is_asking then (asks ->> 'micros')::bigint
                                  when approved_as is not null then c.approval_micros end,
           approval_currency = case when is_asking then asks ->> 'currency' when approved_as is not null then c.approval_currency end
     where c.account_id = account and c.root_key_id = claim ->> 'rootKeyId' and c.key_hash = claim ->> 'keyHash';
  end if;
  reply := jsonb_build_object('kind', 'held', 'incarnation', 1, 'reservedAtMs', now_ms, 'windows', windows);
  if duplicate.reservation_id is not null then
    reply := reply || jsonb_build_object('duplicateOf', duplicate.reservation_id);
  end if;
  if is_asking then reply := reply || jsonb_build_object('approval', jsonb_build_object('untilMs', until_ms)); end if;
  if approved_as is not null then
    reply := reply || jsonb_build_object('approval', jsonb_build_object('approvedAs', approved_as));
  end if;
  if request_id is not null then reply := reply || jsonb_build_object('supersedes', request_id); end if;
  if shadow_refusal is not null then reply := reply || jsonb_build_object('shadowRefusal', shadow_refusal); end if;
  insert into admission.reservations (reservation_id, account_id, state, incarnation, holds, reply, reserved_at_ms, guard_key)
  values (reservation, account, case when is_asking then 'asking' else 'held' end, 1, stamped, reply, now_ms, guard_name);
  return reply;
end $$;
