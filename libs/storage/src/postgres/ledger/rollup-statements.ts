// Rows come as one JSON array, as in fold-statements.ts.

export const SAVE_BALANCE_CHANGES = `
insert into ledger.balance_changes
select * from json_populate_recordset(null::ledger.balance_changes, $1::json)`;

export const ADD_TO_DAY_SPEND = `
insert into ledger.day_spend as s
select * from json_populate_recordset(null::ledger.day_spend, $1::json)
on conflict (account_id, day, agent_type, provider, currency) do update
   set committed_micros = s.committed_micros + excluded.committed_micros,
       held_micros = s.held_micros + excluded.held_micros,
       calls = s.calls + excluded.calls,
       denials = s.denials + excluded.denials,
       replays = s.replays + excluded.replays,
       price_looks = s.price_looks + excluded.price_looks`;

export const SAVE_RUNS = `
insert into ledger.runs as r
select * from json_populate_recordset(null::ledger.runs, $1::json)
on conflict (account_id, run_id) do update
   set agent_types = array(select distinct t from unnest(r.agent_types || excluded.agent_types) t order by t),
       providers = array(select distinct p from unnest(r.providers || excluded.providers) p order by p),
       first_at_ms = least(r.first_at_ms, excluded.first_at_ms),
       last_at_ms = greatest(r.last_at_ms, excluded.last_at_ms)`;

export const ADD_TO_RUN_DAY_SPEND = `
insert into ledger.run_day_spend as s
select * from json_populate_recordset(null::ledger.run_day_spend, $1::json)
on conflict (account_id, run_id, day, currency) do update
   set committed_micros = s.committed_micros + excluded.committed_micros,
       held_micros = s.held_micros + excluded.held_micros,
       calls = s.calls + excluded.calls,
       denials = s.denials + excluded.denials,
       replays = s.replays + excluded.replays`;

export const ADD_TO_MONTH_CALLS = `
insert into ledger.month_calls as m
select * from json_populate_recordset(null::ledger.month_calls, $1::json)
on conflict (account_id, month, root_key_id, time_zone) do update set calls = m.calls + excluded.calls`;
