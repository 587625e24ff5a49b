import { utcMonthStartMs } from '@keybrake/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BALANCES_AT } from '../reports/recorded-call-statements.js';
import { ACCOUNT, called, committed, denied, digests, RetentionScene, reserved } from './retention.fixture.js';
import { PostgresRetentionStore } from './retention-store.js';

const DAY_MS = 86_400_000;
const monthMs = (plus: number) => utcMonthStartMs(Date.now(), plus);
const BEFORE_MS = monthMs(-2);

let scene: RetentionScene;
let retention: PostgresRetentionStore;

beforeEach(async () => {
  scene = await RetentionScene.open();
  retention = new PostgresRetentionStore(scene.pool, digests);
});
afterEach(() => scene.close());

async function pruneAll(limit: number): Promise<number> {
  for (let turns = 1; ; turns += 1) if (!(await retention.pruneCalls(BEFORE_MS, limit))) return turns;
}

const idsOf = async (table: string, column = 'reservation_id') =>
  (await scene.sql<{ id: string }>(`select ${column} as id from ${table} order by 1`)).map(({ id }) => id);

const old = [-5, -4, -3].map((month) => reserved('k1', monthMs(month) + 3 * DAY_MS, `order-${month}`));
const kept = [-2, -1].map((month) => reserved('k1', monthMs(month) + 3 * DAY_MS, `order-${month}`));
const ends = (calls: typeof old) => calls.map((call) => committed(call, call.occurredAtMs + 1_000));

test('calls that ended go, with all that is theirs alone, in bounded batches; the others stay', async () => {
  const open = reserved('k1', monthMs(-4), 'open');
  const late = reserved('k1', BEFORE_MS - 2_000, 'late');
  const [oldDenial, keptDenial] = [denied('k1', monthMs(-3)), denied('k1', monthMs(-2))];
  await scene.fold(...old, ...ends(old), open, late, committed(late, BEFORE_MS + 1_000), ...kept, ...ends(kept));
  await scene.fold(oldDenial, keptDenial);
  // The store could not be told of that one's price yet.
  await scene.sql(
    `insert into ledger.price_watches (reservation_id, account_id, committed_at_ms, final_micros)
     select id, 'default', 0, price from (values ($1::text, null::bigint), ($2, 7)) as w (id, price)`,
    [old[1]?.reservationId, old[0]?.reservationId],
  );
  expect(await pruneAll(1)).toBe(3);
  const left = [old[0], open, late, ...kept].map((call) => call?.reservationId);
  expect(new Set(await idsOf('ledger.reservations'))).toEqual(new Set(left));
  expect(new Set(await idsOf('ledger.idempotency_records'))).toEqual(new Set(left));
  expect(await idsOf('ledger.price_watches')).toEqual([old[0]?.reservationId]);
  expect(await idsOf('ledger.asked_calls', 'call_id')).toEqual([keptDenial.callId]);
  await scene.sql('delete from ledger.price_watches');
  await pruneAll(100);
  expect(new Set(await idsOf('ledger.reservations'))).toEqual(new Set(left.slice(1)));
});

test('balances, and what they were at any moment that is kept, are the same before and after', async () => {
  const open = reserved('k2', monthMs(-3));
  await scene.fold(...old, ...ends(old), open, ...called('k3', monthMs(-4)), ...kept, ...ends(kept));
  const moments = [0, 1, 4, 40].map((days) => BEFORE_MS + days * DAY_MS);
  const seen = async () => ({
    now: await scene.sql('select * from ledger.balances order by counter, window_id'),
    days: await scene.sql('select * from ledger.day_spend order by day'),
    atMoments: await Promise.all(
      moments.map((atMs) => scene.sql(`${BALANCES_AT} order by 1, 2`, [ACCOUNT, atMs, null])),
    ),
  });
  const before = await seen();
  const changes = await idsOf('ledger.balance_changes');
  await pruneAll(100);
  expect(await seen()).toEqual(before);
  expect(before.atMoments.map((rows) => rows.length)).toEqual([3, 3, 3, 3]);
  // Of 4 old calls 16 changes; the last one of each of two total caps stays.
  expect(changes).toHaveLength(16 + 2 + 8);
  expect(await idsOf('ledger.balance_changes')).toHaveLength(2 + 2 + 8);
});

test('approvals and deliveries go when they are over; what waits stays', async () => {
  await scene.fold(...old, ...ends(old));
  const ids = old.map(({ reservationId }) => reservationId);
  await scene.sql(
    `insert into approvals.approvals (approval_id, account_id, reservation_id, vault_key_id, agent_type, provider, operation,
       endpoint, policy_id, policy_version, currency, amount_micros, root_key_id, key_hash, fingerprint, state, approvers,
       valid_ms, requested_at_ms, expires_at_ms)
     select id, 'default', id, 'k1', 't', 'stripe', 'o', 'e', 'p', 1, 'usd', 1, 'k1', id, 'f', state, 1, 1, 0, expires
       from (values ($1::text, 'used', 0::bigint), ($2, 'approved', 0), ($3, 'denied', $4::bigint)) as a (id, state, expires)`,
    [...ids, BEFORE_MS + 1],
  );
  await scene.sql(
    `insert into alerts.alerts (alert_id, account_id, type, subject, dedupe_key, summary, data, occurred_at_ms)
     values ('alt', 'default', 't', 's', 'd', 'x', '{}', 0)`,
  );
  await scene.sql(
    `insert into alerts.webhooks (webhook_id, account_id, url, form, types, sealed_secrets, created_at_ms)
     values ('wh', 'default', 'https://x', 'standard', '{}', '{}', 0)`,
  );
  await scene.sql(
    `insert into alerts.deliveries (delivery_id, webhook_id, alert_id, subject, sequence, state, next_at_ms, last_at_ms)
     select id, 'wh', 'alt', 's', 1, state, 0, at_ms
       from (values ('done', 'delivered', 5::bigint), ('failed', 'failed', 5), ('pending', 'pending', 5),
                    ('new', 'delivered', $1::bigint)) as d (id, state, at_ms)`,
    [BEFORE_MS],
  );
  await pruneAll(100);
  expect(await idsOf('ledger.reservations')).toEqual([]);
  expect(await idsOf('approvals.approvals')).toEqual(ids.slice(1).toSorted((a, b) => (a < b ? -1 : 1)));
  expect(await idsOf('alerts.deliveries', 'delivery_id')).toEqual(['new', 'pending']);
  expect(await idsOf('alerts.alerts', 'alert_id')).toEqual(['alt']);
});
