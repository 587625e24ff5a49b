create or replace function admission.now_ms() returns bigint
language sql volatile as $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;

-- Why the line of keys may not be used: null when it may. A missing row is an unknown key.
create or replace function admission.dead_reason(in_account_id text, lineage jsonb) returns text
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
  if exists (select 1 from admission.frozen_accounts f where f.account_id = in_account_id) then return 'account_frozen'; end if;
  return null;
end $$;

-- The lock between launches and revocations of one key. An advisory lock, since a share lock on the row by many launches
-- at once costs more than the launch itself.
create or replace function admission.key_lock(account text, key text) returns bigint
language sql immutable as $$ select hashtextextended(account || '/' || key, 0) $$;

-- Shares each key's lock until this transaction is durable: a revoke in another one is either seen here or waits, so
-- after its answer no launch follows (R7).
create or replace function admission.live_or_reason(in_account_id text, lineage jsonb) returns text
language plpgsql as $$
declare
  dead text;
  key text;
begin
  for key in select value from jsonb_array_elements_text(lineage) order by value loop
    perform pg_advisory_xact_lock_shared(admission.key_lock(in_account_id, key));
  end loop;
  dead := admission.dead_reason(in_account_id, lineage);
  return case dead when 'key_expired' then 'expired' when 'account_frozen' then 'frozen'
                   else case when dead is null then null else 'revoked' end end;
end $$;

-- Waits for the launches that run, then changes what the next ones see. An earlier revocation keeps its time.
create or replace function admission.put_key(in_account_id text, in_key_id text, in_expires_at_ms bigint, in_revoked_at_ms bigint)
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
