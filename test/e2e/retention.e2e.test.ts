import { randomUUID } from 'node:crypto';
import { utcMonthStartMs } from '@keybrake/domain';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { charge } from '../harness/calls.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const TABLES = ['events', 'audit_entries', 'audit_links'];
const monthMs = (plus: number) => utcMonthStartMs(Date.now(), plus);

let system: System;
beforeAll(async () => {
  system = await startSystem({ env: { KEYBRAKE_AUDIT_RETENTION_DAYS: '35' } });
});
afterAll(() => system.stop());

const partitions = async () =>
  (
    await system.sql<{ name: string }>(
      'select inhrelid::regclass::text as name from pg_inherits where inhparent = any($1::regclass[])',
      [TABLES.map((table) => `ledger.${table}`)],
    )
  ).map(({ name }) => name);

const oldMonths = async () => (await partitions()).filter((name) => name.endsWith('_old'));

/** As if it had been installed two months ago, and nothing had been called until today. */
async function makeOld(): Promise<void> {
  for (const table of TABLES) {
    await system.sql(`alter table ledger.${table} detach partition ledger.${table}_first`);
    await system.sql(
      `create table ledger.${table}_old partition of ledger.${table} for values from (minvalue) to (${monthMs(-2)})`,
    );
    await system.sql(
      `alter table ledger.${table} attach partition ledger.${table}_first for values from (${monthMs(-2)}) to (${monthMs(1)})`,
    );
  }
}

test('a ledger makes the months ahead, and drops those that are due once they are sealed; it says why one stays', async () => {
  const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '500' });
  await charge(system.gatewayUrl, key.vaultKey, 'amount=100&currency=usd&source=tok_visa', randomUUID());
  await system.foldedUp();
  // Of each table the first month, three ahead, and the rest.
  await eventually('months ahead', partitions, (names) => names.length === 15);
  await makeOld();
  const early = await system.startLedger();
  await eventually(
    'the reason',
    () => early.output,
    (output) => output.includes('account default has no checkpoint of a later day'),
  );
  expect(await oldMonths()).toHaveLength(3);

  await system.sql(
    `insert into ledger.audit_entries
     select (json_populate_record(a, json_build_object('id', 'old', 'started_at_ms', a.started_at_ms - 3 * 86400000))).*
       from ledger.audit_entries a limit 1`,
  );
  await system.startLedger();
  await eventually(
    'checkpoints',
    () => system.admin<{ data: unknown[] }>('GET', '/v1/audit/checkpoints'),
    ({ data }) => data.length >= 3,
  );
  // From its month alone: the ledger may be dropping others, and a statement over all of them would wait with their parent locked.
  await system.sql(`delete from ledger.audit_entries_first where id = 'old'`);
  await system.startLedger();
  await eventually('old months to be dropped', oldMonths, (names) => names.length === 0);
  expect(await system.admin('GET', '/v1/audit/verify')).toMatchObject({
    valid: true,
    keys: 1,
    links: 2,
    prunedLinks: 0,
  });
});
