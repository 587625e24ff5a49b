-- Accounts with records that the ledger could not read or fold: no more of their money moves until a person has looked.
create table ledger.frozen_accounts (
  account_id text primary key,
  reason text not null,
  frozen_at timestamptz not null default clock_timestamp()
);

create table admission.frozen_accounts (
  account_id text primary key
);

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
