export const INSERT = `
insert into governance.vault_keys (account_id, key_id, secret_hash, agent_type, label, policy_id, credential_id, parent_id,
                                   lineage, bound_run_id, attenuation, expires_at_ms, created_at_ms)
values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text,
        $9::text[], $10::text, $11::jsonb, $12::bigint, $13::bigint)`;

// A child's limits and death come from its whole line; a line has at most eight keys.
export const FIND = `
select k.account_id, k.key_id, k.secret_hash, k.agent_type, k.label, k.policy_id, k.credential_id, k.parent_id, k.lineage,
       k.bound_run_id, k.expires_at_ms, k.revoked_at_ms, k.created_at_ms, p.provider, line.revoked_at_ms as line_revoked_at_ms,
       line.attenuations
  from governance.vault_keys k
  join governance.policies p on p.account_id = k.account_id and p.policy_id = k.policy_id
 cross join lateral (
   select min(l.revoked_at_ms) as revoked_at_ms,
          jsonb_agg(jsonb_build_object('keyId', l.key_id, 'limits', l.attenuation) order by array_position(k.lineage, l.key_id))
            filter (where l.attenuation is not null) as attenuations
     from governance.vault_keys l
    where l.account_id = k.account_id and l.key_id = any(k.lineage)) line
 where k.account_id = $1::text and k.key_id = $2::text`;

export const LIST = `
select k.account_id, k.key_id, k.secret_hash, k.agent_type, k.label, k.policy_id, k.credential_id, k.parent_id, k.lineage,
       k.bound_run_id, k.expires_at_ms, k.revoked_at_ms, k.created_at_ms, p.provider, line.revoked_at_ms as line_revoked_at_ms,
       line.attenuations
  from governance.vault_keys k
  join governance.policies p on p.account_id = k.account_id and p.policy_id = k.policy_id
 cross join lateral (
   select min(l.revoked_at_ms) as revoked_at_ms,
          jsonb_agg(jsonb_build_object('keyId', l.key_id, 'limits', l.attenuation) order by array_position(k.lineage, l.key_id))
            filter (where l.attenuation is not null) as attenuations
     from governance.vault_keys l
    where l.account_id = k.account_id and l.key_id = any(k.lineage)) line
 where k.account_id = $1::text
   and ($2::bigint is null or (k.created_at_ms, k.key_id) < ($2::bigint, $3::text))
   and ($5::text is null or k.agent_type = $5::text)
   and ($6::text is null or k.policy_id = $6::text)
   and ($7::text is null or k.parent_id = $7::text)
   and ($8::text is null or k.bound_run_id = $8::text)
   and ($9::text is null or $9::text = case when line.revoked_at_ms is not null then 'revoked'
                                            when k.expires_at_ms <= $10::bigint then 'expired' else 'live' end)
   and ($11::text is null or strpos(lower(concat_ws(' ', k.key_id, k.agent_type, k.label)), lower($11::text)) > 0)
 order by k.created_at_ms desc, k.key_id desc
 limit $4::integer`;

// The first revocation keeps its time.
export const REVOKE = `
update governance.vault_keys k set revoked_at_ms = $3::bigint
 where k.account_id = $1::text and k.key_id = $2::text and k.revoked_at_ms is null`;

export const REVOKED_AT = `
select k.account_id, k.key_id, k.expires_at_ms, k.revoked_at_ms
  from governance.vault_keys k
 where k.account_id = $1::text and k.key_id = $2::text`;

export const AGENT_TYPES = `
select k.agent_type, count(*)::integer as keys, count(*) filter (where not line.dead)::integer as live_keys
  from governance.vault_keys k
 cross join lateral (
   select bool_or(l.revoked_at_ms is not null or coalesce(l.expires_at_ms <= $2::bigint, false)) as dead
     from governance.vault_keys l
    where l.account_id = k.account_id and l.key_id = any(k.lineage)) line
 where k.account_id = $1::text and ($3::text is null or k.agent_type > $3::text)
 group by k.agent_type
 order by k.agent_type limit $4::integer`;

export const ADMISSION_KEYS_AFTER = `
select k.account_id, k.key_id, k.expires_at_ms, k.revoked_at_ms
  from governance.vault_keys k
 where $1::text is null or (k.account_id, k.key_id) > ($1::text, $2::text)
 order by k.account_id, k.key_id
 limit $3::integer`;
