import { CHAIN_START, writeCheckpoints } from '@keybrake/application';
import { auditLinkText } from '@keybrake/domain';
import { createDigests } from '@keybrake/platform';
import { PostgresCheckpointStore } from '@keybrake/storage';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type AdminApiUnderTest, openAdminApi } from './admin-api.fixture.js';
import { committed, denied, FoldedLog, reserved } from './audit.fixture.js';

const NOON = Date.parse('2026-11-20T12:00:00Z');
const DAY_MS = 86_400_000;
const digests = createDigests({ pepper: new Uint8Array(32), newerPeppers: [] });
const TABLES = [
  'ledger.audit_entries',
  'ledger.audit_links',
  'ledger.audit_heads',
  'audit.checkpoints',
  'audit.checkpoint_heads',
];

let api: AdminApiUnderTest;

const sql = (text: string, values: unknown[] = []) => api.pool.query(text, values);

async function seal(nowMs: number): Promise<void> {
  const checkpoints = new PostgresCheckpointStore(api.pool, digests);
  await writeCheckpoints({ checkpoints, runtime: { nowMs: () => nowMs } }, () => false);
}

async function get(path: string): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${api.tokens.get('viewer')}` };
  const response = await fetch(`${api.url}/v1/audit/${path}`, { headers });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

const calls = [0, 1, 2].flatMap((index) => {
  const first = reserved({ vaultKeyId: 'a', atMs: NOON + index });
  const second = reserved({ vaultKeyId: 'b', atMs: NOON + index });
  return [first, second, committed(second), committed(first)];
});
const later = [denied({ vaultKeyId: 'a', atMs: NOON + DAY_MS }, 'cap_exceeded', 'no room')];
const unsealed = [reserved({ vaultKeyId: 'c', atMs: NOON + 4 * DAY_MS })];

async function foldAll(): Promise<void> {
  const log = await FoldedLog.open(api.pool);
  await log.fold(...calls);
  await log.fold(...later);
  await log.fold(...unsealed);
}

beforeAll(async () => {
  api = await openAdminApi(inject('postgresUrl'));
  const log = await FoldedLog.open(api.pool);
  await log.fold(...calls);
  // On the 20th two ledgers at once; then none for two days.
  await Promise.all([seal(NOON + DAY_MS), seal(NOON + DAY_MS)]);
  await log.fold(...later);
  await seal(NOON + 4 * DAY_MS);
  await log.fold(...unsealed);
  for (const table of TABLES) await sql(`create table ${copyOf(table)} as table ${table}`);
});
afterAll(async () => {
  await api.close();
});

const copyOf = (table: string) => `public.copy_of_${table.replace('.', '_')}`;

const setGuards = async (verb: 'enable' | 'disable') => {
  for (const table of ['audit.checkpoints', 'audit.checkpoint_heads']) {
    await sql(`alter table ${table} ${verb} trigger user`);
  }
};

/** What verify says of the account after somebody with every right in the database has been there. */
async function after(tamper: () => Promise<unknown>) {
  await setGuards('disable');
  await tamper();
  const account = await get('verify');
  for (const table of TABLES.toReversed()) await sql(`delete from ${table}`);
  for (const table of TABLES) await sql(`insert into ${table} select * from ${copyOf(table)}`);
  await setGuards('enable');
  return account;
}

/** Makes a chain anew from the contents of its links, as one who knows how it is made would. */
async function rehash(vaultKeyId: string): Promise<void> {
  const { rows } = await sql(
    'select sequence, entry_id, content_hash from ledger.audit_links where vault_key_id = $1 order by sequence',
    [vaultKeyId],
  );
  let previous = CHAIN_START;
  for (const { sequence, entry_id: entryId, content_hash: content } of rows) {
    const hash = digests.sha256(auditLinkText(previous, Number(sequence), entryId, content));
    await sql('update ledger.audit_links set previous_hash = $3, hash = $4 where vault_key_id = $1 and sequence = $2', [
      vaultKeyId,
      sequence.toString(),
      previous,
      hash,
    ]);
    previous = hash;
  }
  await sql('update ledger.audit_heads set hash = $2 where vault_key_id = $1', [vaultKeyId, previous]);
}

test('the whole account is verified; each ended day has one checkpoint, also those without a ledger', async () => {
  expect(await get('verify')).toEqual({
    valid: true,
    keys: 3,
    links: 14,
    prunedLinks: 0,
    firstBad: null,
    checkpoints: { count: 4, valid: true, firstBad: null },
  });
  const page = (await get('checkpoints?limit=3')) as { data: Record<string, unknown>[]; nextCursor: string };
  const rest = (await get(`checkpoints?cursor=${page.nextCursor}`)) as { data: Record<string, unknown>[] };
  const all = [...page.data, ...rest.data];
  expect(all.map(({ day, keys, links }) => [day, keys, links])).toEqual([
    ['2026-11-23', 2, 13],
    ['2026-11-22', 2, 13],
    ['2026-11-21', 2, 13],
    ['2026-11-20', 2, 12],
  ]);
  expect(all.map(({ previousHash }) => previousHash)).toEqual([...all.slice(1).map(({ hash }) => hash), CHAIN_START]);
});

test('an edited entry with all its hashes made anew is found by the checkpoint', async () => {
  const found = await after(async () => {
    await sql(`update ledger.audit_links set content_hash = repeat('f', 64) where vault_key_id = 'b' and sequence = 1`);
    await rehash('b');
  });
  const problem = 'link 6 is not the one in the checkpoint of 2026-11-20: the chain was written anew';
  expect(found).toMatchObject({
    valid: false,
    firstBad: { vaultKeyId: 'b', sequence: '6', problem },
    checkpoints: { valid: false, firstBad: { day: '2026-11-20', problem: `vault key b: ${problem}` } },
  });
});

test('a chain that was cut off at its end, its head with it, is found by the checkpoint', async () => {
  const found = await after(async () => {
    await sql(`delete from ledger.audit_entries where id = $1`, [later[0]?.callId]);
    await sql(`delete from ledger.audit_links where vault_key_id = 'a' and sequence = 7`);
    await sql(`update ledger.audit_heads h set sequence = 6, hash = l.hash from ledger.audit_links l
                where h.vault_key_id = 'a' and l.vault_key_id = 'a' and l.sequence = 6`);
  });
  const problem = 'the checkpoint of 2026-11-21 knows link 7, which is gone: the chain was cut off';
  expect(found).toMatchObject({
    valid: false,
    firstBad: { vaultKeyId: 'a', problem },
    checkpoints: { count: 1, firstBad: { day: '2026-11-21' } },
  });
});

test('a vault key that was removed with all its rows is found by the checkpoint', async () => {
  const found = await after(async () => {
    for (const table of TABLES.slice(0, 3)) await sql(`delete from ${table} where vault_key_id = 'b'`);
  });
  expect(found).toMatchObject({ valid: false, firstBad: { vaultKeyId: 'b' }, checkpoints: { valid: false } });
});

test.each([
  [
    'an edited entry',
    `update ledger.audit_entries set agent_type = 'x' where vault_key_id = 'b' and started_at_ms = ${NOON}`,
    'the entry was edited',
  ],
  [
    'a removed entry',
    `delete from ledger.audit_entries where vault_key_id = 'b' and started_at_ms = ${NOON}`,
    'the entry was removed',
  ],
  ['a removed link', `delete from ledger.audit_links where vault_key_id = 'b' and sequence = 3`, 'link 3 is missing'],
  ['a removed head', `delete from ledger.audit_heads where vault_key_id = 'b'`, 'the end of the chain is missing'],
  [
    'reordered links',
    `update ledger.audit_links l set entry_id = o.entry_id, content_hash = o.content_hash from ledger.audit_links o
      where l.vault_key_id = 'b' and o.vault_key_id = 'b' and (l.sequence, o.sequence) in ((3, 5), (5, 3))`,
    'the link was edited',
  ],
  [
    'entries of a key that has no chain',
    `update ledger.audit_entries set id = 'forged', vault_key_id = 'bb' where vault_key_id = 'c'`,
    'the entry is in no link',
  ],
])('%s: the account names it', async (_name, tamper, problem) => {
  expect(await after(() => sql(tamper))).toMatchObject({
    valid: false,
    firstBad: { problem },
    checkpoints: { valid: true },
  });
});

test.each([
  [
    'a removed checkpoint',
    "delete from audit.checkpoint_heads where day = '2026-11-21'; delete from audit.checkpoints where day = '2026-11-21'",
    '2026-11-22',
    'the checkpoint does not follow the one before it',
  ],
  [
    'an edited checkpoint',
    `update audit.checkpoints set links = 11 where day = '2026-11-20'`,
    '2026-11-20',
    'the checkpoint was edited',
  ],
  [
    'an edited head',
    `update audit.checkpoint_heads set sequence = 5 where day = '2026-11-20' and vault_key_id = 'a'`,
    '2026-11-20',
    'the checkpoint was edited',
  ],
])('%s is named', async (_name, tamper, day, problem) => {
  expect(await after(() => sql(tamper))).toMatchObject({
    valid: false,
    checkpoints: { firstBad: { day, problem } },
  });
});

test.each([
  'update audit.checkpoints set keys = 1',
  'delete from audit.checkpoint_heads',
  'truncate audit.checkpoint_heads',
])('%s is refused by the database', async (statement) => {
  await expect(sql(statement)).rejects.toThrow('only grows');
});

test('a ledger that is folded anew comes to the same chains: earlier checkpoints hold', async () => {
  const tables = ['audit_entries', 'audit_links', 'audit_heads', 'events', 'reservations', 'partition_positions'];
  await sql(`truncate ${tables.map((table) => `ledger.${table}`).join(', ')}`);
  await foldAll();
  expect(await get('verify')).toMatchObject({ valid: true, keys: 3, links: 14, checkpoints: { count: 4 } });
});
