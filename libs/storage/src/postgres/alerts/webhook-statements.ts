const WEBHOOK = `w.webhook_id, w.account_id, w.url, w.form, w.types, w.label, w.sealed_secrets, w.is_paused, w.created_at_ms`;
const ALERT = `a.alert_id, a.type, a.subject, a.dedupe_key, a.summary, a.data, a.occurred_at_ms`;

export const INSERT = `
insert into alerts.webhooks (webhook_id, account_id, url, form, types, label, sealed_secrets, is_paused, created_at_ms)
values ($1::text, $2::text, $3::text, $4::text, $5::text[], $6::text, $7::text[], $8::boolean, $9::bigint)`;

export const UPDATE = `
update alerts.webhooks w
   set url = $3::text, form = $4::text, types = $5::text[], label = $6::text, sealed_secrets = $7::text[], is_paused = $8::boolean
 where w.webhook_id = $1::text and w.account_id = $2::text`;

export const REMOVE = `delete from alerts.webhooks w where w.webhook_id = $1::text and w.account_id = $2::text`;

export const FIND = `select ${WEBHOOK} from alerts.webhooks w where w.account_id = $1::text and w.webhook_id = $2::text`;

export const LIST = `
select ${WEBHOOK} from alerts.webhooks w
 where w.account_id = $1::text and ($2::bigint is null or (w.created_at_ms, w.webhook_id) < ($2::bigint, $3::text))
 order by w.created_at_ms desc, w.webhook_id desc limit $4::integer`;

export const INSERT_TEST_ALERT = `
insert into alerts.alerts (alert_id, account_id, type, subject, dedupe_key, summary, data, occurred_at_ms)
values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::jsonb, $8::bigint)`;

export const DELIVER_AGAIN = `
insert into alerts.deliveries (delivery_id, webhook_id, alert_id, subject, sequence, next_at_ms)
select 'dlv_' || replace(gen_random_uuid()::text, '-', ''), $1::text, a.alert_id, a.subject, a.sequence, $3::bigint
  from alerts.alerts a where a.alert_id = $2::text
returning delivery_id`;

export const ALERT_OF_DELIVERY = `
select d.alert_id from alerts.deliveries d where d.webhook_id = $1::text and d.delivery_id = $2::text`;

export const DELIVERIES = `
select d.delivery_id, d.state, d.attempts, d.next_at_ms, d.last_status, d.last_error, d.last_at_ms, d.sequence,
       a.account_id, ${ALERT}
  from alerts.deliveries d join alerts.alerts a on a.alert_id = d.alert_id
 where d.webhook_id = $1::text and ($2::text is null or d.state = $2::text)
   and ($3::bigint is null or (d.sequence, d.delivery_id) < ($3::bigint, $4::text))
 order by d.sequence desc, d.delivery_id desc limit $5::integer`;

// The oldest pending of each webhook and subject; what fails holds up what is behind it, of its subject only.
export const LEASE_DUE = `
with heads as (
  select distinct on (d.webhook_id, d.subject) d.delivery_id, d.webhook_id, d.next_at_ms, d.leased_until_ms
    from alerts.deliveries d where d.state = 'pending'
   order by d.webhook_id, d.subject, d.sequence, d.delivery_id
), due as (
  select d.delivery_id from alerts.deliveries d
   where d.delivery_id in (
     select h.delivery_id from heads h join alerts.webhooks w on w.webhook_id = h.webhook_id and not w.is_paused
      where h.next_at_ms <= $1::bigint and h.leased_until_ms <= $1::bigint
      order by h.next_at_ms limit $3::integer)
     for update skip locked
), leased as (
  update alerts.deliveries d
     set leased_until_ms = $1::bigint + $2::bigint, attempts = d.attempts + 1
    from due where d.delivery_id = due.delivery_id and d.state = 'pending' and d.leased_until_ms <= $1::bigint
  returning d.delivery_id, d.webhook_id, d.alert_id, d.attempts
)
select l.delivery_id, l.attempts, ${WEBHOOK}, ${ALERT}
  from leased l join alerts.webhooks w on w.webhook_id = l.webhook_id join alerts.alerts a on a.alert_id = l.alert_id`;

export const DELIVERED = `
update alerts.deliveries d
   set state = 'delivered', leased_until_ms = 0, last_status = $2::integer, last_error = null, last_at_ms = $3::bigint
 where d.delivery_id = $1::text`;

export const FAILED = `
update alerts.deliveries d
   set state = case when $5::bigint is null then 'failed' else 'pending' end, next_at_ms = coalesce($5::bigint, d.next_at_ms),
       leased_until_ms = 0, last_status = $2::integer, last_error = $4::text, last_at_ms = $3::bigint
 where d.delivery_id = $1::text`;
