import { createHash } from 'node:crypto';
import type { Alert } from '@keybrake/domain';
import type { Queryable } from '../database.js';

// One subject's alerts get their numbers one transaction after the other, so that a later number is never seen earlier.
const LOCK_SUBJECTS = `
select pg_advisory_xact_lock(hashtextextended(s.name, 9)) from unnest($1::text[]) with ordinality as s (name, place) order by s.place`;

const RAISE = `
with raised as (
  insert into alerts.alerts (alert_id, account_id, type, subject, dedupe_key, summary, data, occurred_at_ms)
  select r.alert_id, r.account_id, r.type, r.subject, r.dedupe_key, r.summary, r.data, r.occurred_at_ms
    from json_to_recordset($1::json)
      as r (alert_id text, account_id text, type text, subject text, dedupe_key text, summary text, data jsonb,
            occurred_at_ms bigint, place integer)
   order by r.place
  on conflict do nothing
  returning alert_id, sequence, account_id, type, subject
)
insert into alerts.deliveries (delivery_id, webhook_id, alert_id, subject, sequence, next_at_ms)
select 'dlv_' || replace(gen_random_uuid()::text, '-', ''), w.webhook_id, a.alert_id, a.subject, a.sequence,
       (extract(epoch from clock_timestamp()) * 1000)::bigint
  from raised a join alerts.webhooks w on w.account_id = a.account_id and (w.types = '{}' or a.type = any(w.types))`;

/** In the transaction of what they tell, so that none is lost and none is told of what did not happen. */
export async function raiseAlerts(client: Queryable, alerts: readonly Alert[]): Promise<void> {
  if (alerts.length === 0) return;
  const subjects = new Set(alerts.map(({ accountId, subject }) => `${accountId} ${subject}`));
  await client.query(LOCK_SUBJECTS, [[...subjects].sort((a, b) => (a < b ? -1 : 1))]);
  const rows = alerts.map((alert, place) => ({
    place,
    alert_id: alertIdOf(alert),
    account_id: alert.accountId,
    type: alert.type,
    subject: alert.subject,
    dedupe_key: alert.dedupeKey,
    summary: alert.summary,
    data: alert.data,
    occurred_at_ms: alert.occurredAtMs,
  }));
  await client.query(RAISE, [JSON.stringify(rows)]);
}

/** The same for the same alert, so that its receiver can tell that it knows it. */
function alertIdOf({ accountId, dedupeKey }: Alert): string {
  return `alr_${createHash('sha256').update(`${accountId}\n${dedupeKey}`).digest('hex').slice(0, 32)}`;
}
