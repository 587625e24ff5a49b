import { randomUUID } from 'node:crypto';
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
