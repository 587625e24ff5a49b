const GROUPS_MAX = 50;

const IN_RANGE = `s.account_id = $1::text and s.day between $2::text and $3::text and ($4::text is null or s.currency = $4::text)`;

/** `group` is a column of ours. Chosen first, so that only the groups with the most calls are summed up by day. */
const seriesBy = (table: 'day_spend' | 'run_day_spend', group: 'agent_type' | 'provider' | 'run_id') => `
with largest as materialized (
  select s.${group} from ledger.${table} s where ${IN_RANGE}
   group by 1 order by sum(s.calls + s.denials + s.replays) desc, 1 limit ${GROUPS_MAX}
)
select s.day, s.${group} as group_name, s.currency, sum(s.committed_micros)::bigint as committed_micros,
       sum(s.held_micros)::bigint as held_micros, sum(s.calls)::bigint as calls, sum(s.denials)::bigint as denials,
       sum(s.replays)::bigint as replays
  from ledger.${table} s join largest using (${group})
 where ${IN_RANGE}
 group by 1, 2, 3 order by 1, 2, 3`;

export const SERIES = {
  agentType: seriesBy('day_spend', 'agent_type'),
  provider: seriesBy('day_spend', 'provider'),
  runId: seriesBy('run_day_spend', 'run_id'),
} as const;

export const MONTH_BY_DAY = `
select s.day, sum(s.calls)::bigint as calls, sum(s.denials)::bigint as denials, sum(s.replays)::bigint as replays
  from ledger.day_spend s
 where s.account_id = $1::text and s.day between $2::text || '-01' and $2::text || '-31'
 group by s.day order by s.day`;

// A key whose policy's zone was changed is counted under both; the admission store starts anew with the zone, and so do we.
export const QUOTAS = `
select p.policy_id, v.document ->> 'name' as policy_name, k.key_id, v.document ->> 'timeZone' as time_zone,
       (v.document ->> 'requestsPerMonth')::bigint as requests_per_month, coalesce(m.calls, 0) as used
  from governance.policies p
  join governance.policy_versions v
    on v.account_id = p.account_id and v.policy_id = p.policy_id and v.version = p.current_version
  left join governance.vault_keys k
    on k.account_id = p.account_id and k.policy_id = p.policy_id and k.parent_id is null and k.revoked_at_ms is null
  left join ledger.month_calls m
    on m.account_id = k.account_id and m.root_key_id = k.key_id and m.month = $2::text
   and m.time_zone = v.document ->> 'timeZone'
 where p.account_id = $1::text and v.document ? 'requestsPerMonth'
 order by used desc, p.policy_id, k.key_id limit 1000`;

export const RUNS = `
select r.run_id, r.agent_types, r.providers, r.first_at_ms, r.last_at_ms from ledger.runs r
 where r.account_id = $1::text
   and ($2::text is null or r.agent_types @> array[$2::text])
   and ($3::text is null or strpos(lower(r.run_id), lower($3::text)) > 0)
   and ($4::bigint is null or (r.last_at_ms, r.run_id) < ($4::bigint, $5::text))
 order by r.last_at_ms desc, r.run_id desc limit $6::integer`;

export const ONE_RUN = `
select r.run_id, r.agent_types, r.providers, r.first_at_ms, r.last_at_ms from ledger.runs r
 where r.account_id = $1::text and r.run_id = $2::text`;

export const RUN_SPEND = `
select s.run_id, s.currency, sum(s.committed_micros)::bigint as committed_micros, sum(s.held_micros)::bigint as held_micros,
       sum(s.calls)::bigint as calls, sum(s.denials)::bigint as denials, sum(s.replays)::bigint as replays
  from ledger.run_day_spend s
 where s.account_id = $1::text and s.run_id = any($2::text[])
 group by s.run_id, s.currency order by s.run_id, s.currency`;

export const RUN_ENTRIES = `
select * from ledger.audit_entries a
 where a.account_id = $1::text and a.run_id = $2::text
   and ($3::bigint is null or (a.started_at_ms, a.id) > ($3::bigint, $4::text))
 order by a.started_at_ms, a.id limit $5::integer`;
