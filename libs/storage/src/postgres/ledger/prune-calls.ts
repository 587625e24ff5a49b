import { type Pool, transaction } from '../database.js';

const DAY_MS = 86_400_000;

// What has ended for longer than a day: no idempotency key of it is known any more (R8), and no price of it is still to come.
// Ids begin with their time, so the oldest come first.
const ENDED_CALLS = `
select r.reservation_id from ledger.reservations r
 where r.reservation_id < $1::text and r.state <> 'open' and r.reserved_at_ms < $2::bigint
   and (r.outcome ->> 'atMs')::bigint < $2::bigint - ${DAY_MS}
   and not exists (select 1 from ledger.price_watches w
                    where w.reservation_id = r.reservation_id and (w.next_at_ms is not null or w.final_micros is not null))
 order by r.reservation_id limit $3::integer for update of r skip locked`;

// The last change of a balance before the moment stays while its window may be asked about: it is the balance as of then.
const CHANGES = `
delete from ledger.balance_changes c using ledger.balances b
 where c.reservation_id = any($1::text[]) and c.at_ms < $2::bigint
   and b.account_id = c.account_id and b.counter = c.counter and b.window_id = c.window_id
   and (b.window_ends_at_ms < $2::bigint
        or exists (select 1 from ledger.balance_changes n
                    where n.account_id = c.account_id and n.counter = c.counter and n.window_id = c.window_id
                      and (n.at_ms, n.sequence) > (c.at_ms, c.sequence) and n.at_ms < $2::bigint))`;

const IDEMPOTENCY_RECORDS = `
delete from ledger.idempotency_records i where i.reservation_id = any($1::text[]) and i.expires_at_ms < $2::bigint`;

const APPROVALS = `
delete from approvals.approvals a
 where a.reservation_id = any($1::text[]) and a.expires_at_ms < $2::bigint and not a.is_untold
   and a.state in ('denied', 'expired', 'used')`;

const PRICE_WATCHES = 'delete from ledger.price_watches w where w.reservation_id = any($1::text[])';

const RESERVATIONS = 'delete from ledger.reservations r where r.reservation_id = any($1::text[])';

const ASKED_CALLS = `
delete from ledger.asked_calls q
 where q.call_id in (select o.call_id from ledger.asked_calls o where o.call_id < $1::text order by o.call_id limit $2::integer)`;

const DELIVERIES = `
delete from alerts.deliveries d
 where d.delivery_id in (select o.delivery_id from alerts.deliveries o
                          where o.state <> 'pending' and o.last_at_ms < $1::bigint limit $2::integer)`;

/** Every id of a call that was made later is greater: it begins with the milliseconds of its time. */
function firstIdAt(atMs: number): string {
  const hex = atMs.toString(16).padStart(12, '0');
  return `rsv_${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** Removes a bounded number of what ended before a moment and holds nothing open; true when there may be more. */
export async function pruneCallsBefore(pool: Pool, beforeMs: number, limit: number): Promise<boolean> {
  const firstKept = firstIdAt(beforeMs);
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ reservation_id: string }>(ENDED_CALLS, [firstKept, beforeMs, limit]);
    const ids = rows.map((row) => row.reservation_id);
    if (ids.length > 0) {
      for (const statement of [CHANGES, IDEMPOTENCY_RECORDS, APPROVALS]) await client.query(statement, [ids, beforeMs]);
      for (const statement of [PRICE_WATCHES, RESERVATIONS]) await client.query(statement, [ids]);
    }
    const asked = await client.query(ASKED_CALLS, [firstKept, limit]);
    const deliveries = await client.query(DELIVERIES, [beforeMs, limit]);
    return [ids.length, asked.rowCount, deliveries.rowCount].includes(limit);
  });
}
