import { randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { charge } from '../harness/calls.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(async () => {
  await system.stop();
});

interface Verification {
  readonly valid: boolean;
  readonly links: number;
  readonly entryId?: string;
  readonly problem?: string;
}

const verify = (key: IssuedKey) => system.admin<Verification>('GET', `/v1/audit/verify?vaultKeyId=${key.id}`);

/** A key with five calls and a denial in its audit: eleven links, two a call and one for the denial. */
async function keyWithHistory(): Promise<IssuedKey> {
  const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '500' });
  for (let call = 0; call < 6; call += 1) {
    await charge(system.gatewayUrl, key.vaultKey, 'amount=100&currency=usd&source=tok_visa', randomUUID());
  }
  await system.foldedUp();
  expect(await verify(key)).toMatchObject({ valid: true, links: 11 });
  return key;
}

const entriesOf = (key: IssuedKey) =>
  system.sql<{ id: string }>('select id from ledger.audit_entries where vault_key_id = $1 order by started_at_ms, id', [
    key.id,
  ]);

test('an edited entry is named', async () => {
  const key = await keyWithHistory();
  const id = (await entriesOf(key))[2]?.id;
  await system.sql('update ledger.audit_entries set committed_micros = 1 where id = $1', [id]);
  expect(await verify(key)).toMatchObject({ valid: false, entryId: id, problem: 'the entry was edited' });
});

test('a removed entry is named', async () => {
  const key = await keyWithHistory();
  const id = (await entriesOf(key))[3]?.id;
  await system.sql('delete from ledger.audit_entries where id = $1', [id]);
  expect(await verify(key)).toMatchObject({ valid: false, entryId: id, problem: 'the entry was removed' });
});

test('links in another order, a missing link and a cut-off end are found', async () => {
  const swapped = await keyWithHistory();
  await system.sql(
    `update ledger.audit_links l set entry_id = o.entry_id, content_hash = o.content_hash
       from ledger.audit_links o where l.vault_key_id = $1 and o.vault_key_id = $1
        and (l.sequence, o.sequence) in ((3, 5), (5, 3))`,
    [swapped.id],
  );
  expect(await verify(swapped)).toMatchObject({ valid: false, links: 2 });

  const gap = await keyWithHistory();
  await system.sql('delete from ledger.audit_links where vault_key_id = $1 and sequence = 4', [gap.id]);
  expect(await verify(gap)).toMatchObject({ valid: false, links: 2 });

  const cut = await keyWithHistory();
  await system.sql('delete from ledger.audit_links where vault_key_id = $1 and sequence = 11', [cut.id]);
  expect(await verify(cut)).toMatchObject({ valid: false });
});

test('an entry that was slipped in is found', async () => {
  const key = await keyWithHistory();
  await system.sql(
    `insert into ledger.audit_entries
     select (json_populate_record(a, '{"id": "rsv_forged"}')).* from ledger.audit_entries a where a.vault_key_id = $1 limit 1`,
    [key.id],
  );
  expect(await verify(key)).toMatchObject({ valid: false, entryId: 'rsv_forged', problem: 'the entry is in no link' });
});

test('ledgers write the checkpoints of past days once; a chain that was cut off and sealed with its head is found', async () => {
  const key = await keyWithHistory();
  // As if the account had been busy three days ago; the ledger that starts now finds three days without a checkpoint.
  await system.sql('delete from ledger.audit_links where vault_key_id <> $1', [key.id]);
  await system.sql('delete from ledger.audit_entries where vault_key_id <> $1', [key.id]);
  await system.sql('delete from ledger.audit_heads where vault_key_id <> $1', [key.id]);
  await system.sql(
    `insert into ledger.audit_entries
     select (json_populate_record(a, json_build_object('id', 'old', 'vault_key_id', 'old', 'started_at_ms',
                                                       a.started_at_ms - 3 * 86400000))).*
       from ledger.audit_entries a limit 1`,
  );
  await Promise.all([system.startLedger(), system.startLedger()]);
  const days = await eventually(
    'three checkpoints',
    () => system.admin<{ data: { day: string; keys: number; links: number }[] }>('GET', '/v1/audit/checkpoints'),
    ({ data }) => data.length >= 3,
  );
  expect(days.data.map(({ keys, links }) => [keys, links])).toEqual([
    [1, 11],
    [1, 11],
    [1, 11],
  ]);
  await system.sql(`delete from ledger.audit_entries where id = 'old'`);
  expect(await system.admin('GET', '/v1/audit/verify')).toMatchObject({
    valid: true,
    keys: 1,
    links: 11,
    checkpoints: { count: 3, valid: true },
  });

  const last = (await entriesOf(key)).at(-1)?.id;
  await system.sql('delete from ledger.audit_entries where id = $1', [last]);
  await system.sql('delete from ledger.audit_links where entry_id = $1', [last]);
  await system.sql(
    `update ledger.audit_heads h set sequence = l.sequence, hash = l.hash
       from (select * from ledger.audit_links order by sequence desc limit 1) l`,
  );
  expect(await system.admin('GET', '/v1/audit/verify')).toMatchObject({
    valid: false,
    firstBad: { vaultKeyId: key.id, problem: expect.stringContaining('the chain was cut off') },
    checkpoints: { valid: false },
  });
});
