-- What the claim's request for approval means for this call: {kind: not_approved, …}, or {request, approvedAs}: the waiting
-- reservation whose place it takes, and the one that lets it through.
create or replace function admission.approval_answer(
  taken admission.claims, first_state text, fingerprint text, asks jsonb, is_refused boolean, now_ms bigint
) returns jsonb
language plpgsql stable as $$
declare
  decided text := taken.approval;
  request constant text := case when first_state = 'waiting' then taken.reservation_id end;
begin
  -- Of a released call only what was decided counts, and only for the same request.
  if taken.fingerprint <> fingerprint or (decided = 'waiting' and request is null) then decided := null; end if;
  if decided in ('waiting', 'approved') and taken.approval_until_ms <= now_ms then decided := 'expired'; end if;
  if decided in ('denied', 'expired') or (decided = 'waiting' and asks is not null and not is_refused) then
    return jsonb_build_object('kind', 'not_approved', 'state', decided, 'reservationId', taken.approval_of,
                              'untilMs', taken.approval_until_ms);
  end if;
  return jsonb_build_object('request', request, 'approvedAs', case
    when decided = 'approved' and taken.approval_currency = asks ->> 'currency'
     and (asks ->> 'micros')::bigint <= taken.approval_micros then taken.approval_of end);
end $$;

-- What an idempotency key that is taken means for this call (R8); null or an approval_answer without kind when the key is
-- free again. Locks the claim.
drop function if exists admission.earlier_call(text, jsonb, bigint);
create or replace function admission.earlier_call(account text, claim jsonb, asks jsonb, is_refused boolean, now_ms bigint)
returns jsonb
language plpgsql as $$
declare
  taken admission.claims;
  first_call admission.reservations;
  day_ms constant bigint := 86400000;
begin
  select * into taken from admission.claims c
   where c.account_id = account and c.root_key_id = claim ->> 'rootKeyId' and c.key_hash = claim ->> 'keyHash'
     for update;
  if not found then return null; end if;
  select * into first_call from admission.reservations r where r.reservation_id = taken.reservation_id;
  if not found or first_call.state = 'released' then
    return admission.approval_answer(taken, null, claim ->> 'fingerprint', asks, is_refused, now_ms);
  end if;
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
  if first_call.state = 'waiting' then
    return admission.approval_answer(taken, first_call.state, claim ->> 'fingerprint', asks, is_refused, now_ms);
  end if;
  return jsonb_build_object('kind', 'in_flight', 'reservationId', taken.reservation_id);
end $$;
