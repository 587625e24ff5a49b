import type { ApprovalChanges } from '@keybrake/application';
import type { Client } from '../database.js';
import { requestRow } from './approval-rows.js';

// A ledger that is made anew from the log meets what was decided since: it stays.
const INSERT = `
insert into approvals.approvals (approval_id, account_id, reservation_id, vault_key_id, agent_type, run_id, provider, operation,
       endpoint, policy_id, policy_version, currency, amount_micros, root_key_id, key_hash, fingerprint, state, approvers, valid_ms,
       requested_at_ms, expires_at_ms)
select approval_id, account_id, reservation_id, vault_key_id, agent_type, run_id, provider, operation,
       endpoint, policy_id, policy_version, currency, amount_micros, root_key_id, key_hash, fingerprint, 'waiting', approvers, valid_ms,
       requested_at_ms, expires_at_ms
  from json_populate_recordset(null::approvals.approvals, $1::json)
on conflict do nothing`;

const END = `
update approvals.approvals a set state = 'expired' where a.reservation_id = any($1::text[]) and a.state = 'waiting'`;

const USE = `
update approvals.approvals a set state = 'used', used_by = u."usedBy"
  from json_to_recordset($1::json) as u (request text, "usedBy" text) where a.reservation_id = u.request`;

/** Called in the fold's own transaction. */
export async function saveApprovals(client: Client, { requested, ended, used }: ApprovalChanges): Promise<void> {
  if (requested.length > 0) await client.query(INSERT, [JSON.stringify(requested.map(requestRow))]);
  if (ended.length > 0) await client.query(END, [ended]);
  if (used.length > 0) await client.query(USE, [JSON.stringify(used)]);
}
