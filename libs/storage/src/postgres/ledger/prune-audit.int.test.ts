import { TamperedAudit } from '@keybrake/application';
import { utcMonth, utcMonthStartMs } from '@keybrake/domain';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { called, committed, copyDatabase, denied, RetentionScene, reserved } from './retention.fixture.js';

const HOUR_MS = 3_600_000;
const monthMs = (plus: number) => utcMonthStartMs(Date.now(), plus);
const nameOf = (plus: number) => utcMonth(monthMs(plus)).replace('-', '_');

/** Begun in the month that is dropped last, and ended in the one that stays. */
const across = reserved('a', monthMs(-2) - 1_000);

let installed: TestDatabase;
let database: TestDatabase;
let scene: RetentionScene;

async function openCopy(): Promise<void> {
  database = await copyDatabase(installed.url);
  scene = await RetentionScene.open(database.url);
}

async function closeCopy(): Promise<void> {
  await scene.close();
  await database.drop();
}

/** Five months of calls of three vault keys, sealed day by day; `old` has none in those that stay. */
beforeAll(async () => {
  installed = await createDatabase(inject('postgresUrl'));
  const made = await RetentionScene.open(installed.url);
  await made.splitSince(monthMs(-4), monthMs(2));
  const days = (month: number, ...keys: string[]) =>
    keys.flatMap((key) => [1, 9, 20].flatMap((day) => called(key, monthMs(month) + day * 24 * HOUR_MS)));
  await made.fold(...days(-5, 'a', 'old'));
  await made.seal(monthMs(-4) + HOUR_MS);
  await made.fold(...days(-4, 'a', 'b'), denied('b', monthMs(-4) + HOUR_MS * 700));
  await made.seal(monthMs(-3) + HOUR_MS);
  await made.fold(...days(-3, 'a', 'b'), across);
  await made.seal(monthMs(-2) + HOUR_MS);
  await made.fold(committed(across, monthMs(-2) + 2_000), ...days(-2, 'a', 'b'), ...days(-1, 'a'), ...days(0, 'b'));
  await made.seal(Date.now());
  await made.close();
}, 60_000);
afterAll(() => installed.drop());

const SUMS = [
  'select * from ledger.balances order by counter',
  'select * from ledger.day_spend order by day',
  'select * from ledger.audit_heads order by vault_key_id',
  `select * from ledger.audit_entries where started_at_ms >= ${monthMs(-2)} order by id`,
];

async function sums() {
  const found = [];
  for (const text of SUMS) found.push(await scene.sql(text));
  return found;
}

const byPartition = async () => [
  await scene.rowsByPartition('events'),
  await scene.rowsByPartition('audit_entries'),
  await scene.rowsByPartition('audit_links'),
];

describe('months that are due', () => {
  beforeEach(openCopy);
  afterEach(closeCopy);

  test('are dropped, no other row is, and what is left verifies from there on', async () => {
    expect(await scene.verify()).toMatchObject({ valid: true, keys: 3, links: 63, prunedLinks: 0 });
    const before = await sums();
    expect(await scene.prune(monthMs(-2))).toEqual({
      dropped: [monthMs(-4), monthMs(-3), monthMs(-2)],
      kept: undefined,
    });
    // The call that ended after it stays, where no month is.
    expect(await byPartition()).toEqual([
      { [nameOf(-2)]: 13, [nameOf(-1)]: 6, [nameOf(0)]: 6 },
      { [nameOf(-2)]: 6, [nameOf(-1)]: 3, [nameOf(0)]: 3, rest: 1 },
      { [nameOf(-2)]: 13, [nameOf(-1)]: 6, [nameOf(0)]: 6 },
    ]);
    expect(await sums()).toEqual(before);
    const verified = await scene.verify();
    expect(verified).toMatchObject({ valid: true, keys: 3, links: 25, prunedLinks: 38, firstBad: null });
    expect(verified.checkpoints).toMatchObject({ valid: true, firstBad: null });
    expect(await scene.sql('select vault_key_id, sequence, before_ms from audit.pruned_chains order by 1, 2')).toEqual([
      { vault_key_id: 'a', sequence: 6n, before_ms: BigInt(monthMs(-4)) },
      { vault_key_id: 'a', sequence: 12n, before_ms: BigInt(monthMs(-3)) },
      { vault_key_id: 'a', sequence: 19n, before_ms: BigInt(monthMs(-2)) },
      { vault_key_id: 'b', sequence: 7n, before_ms: BigInt(monthMs(-3)) },
      { vault_key_id: 'b', sequence: 13n, before_ms: BigInt(monthMs(-2)) },
      { vault_key_id: 'old', sequence: 6n, before_ms: BigInt(monthMs(-4)) },
    ]);
  });

  test('chains go on behind what was dropped, and the next prune adds to it', async () => {
    await scene.prune(monthMs(-3));
    await scene.fold(...called('old', Date.now() - HOUR_MS), ...called('a', Date.now() - HOUR_MS));
    expect(await scene.verify()).toMatchObject({ valid: true, links: 67 - 25, prunedLinks: 25 });
    expect(await scene.prune(monthMs(-3))).toEqual({ dropped: [], kept: undefined });
    expect(await scene.prune(monthMs(-2))).toEqual({ dropped: [monthMs(-2)], kept: undefined });
    expect(await scene.verify()).toMatchObject({ valid: true, links: 67 - 38, prunedLinks: 38 });
  });

  test('are dropped once by ledgers that do it at once', async () => {
    const done = await Promise.allSettled([1, 2, 3].map(() => scene.prune(monthMs(-2))));
    expect(done.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    await scene.prune(monthMs(-2));
    expect(await scene.verify()).toMatchObject({ valid: true, links: 25, prunedLinks: 38 });
    expect(await scene.sql('select vault_key_id from audit.pruned_chains')).toHaveLength(6);
  });

  test('stay while a call of theirs has not ended', async () => {
    const open = reserved('b', monthMs(-4) + 100 * HOUR_MS);
    await scene.fold(open);
    await scene.seal(Date.now() + 24 * HOUR_MS);
    const reason = `call ${open.reservationId}, which began in it or on the day after, has not ended`;
    expect(await scene.prune(monthMs(-2))).toEqual({ dropped: [monthMs(-4)], kept: { untilMs: monthMs(-3), reason } });
    await scene.fold(committed(open, Date.now()));
    await scene.seal(Date.now() + 48 * HOUR_MS);
    expect(await scene.prune(monthMs(-2))).toMatchObject({ dropped: [monthMs(-3), monthMs(-2)], kept: undefined });
    expect(await scene.verify()).toMatchObject({ valid: true, prunedLinks: 38 });
  });

  test('stay while an account has no checkpoint of a later day', async () => {
    for (const table of ['checkpoint_heads', 'checkpoints']) {
      await scene.sql(`alter table audit.${table} disable trigger user`);
      await scene.sql(`delete from audit.${table} where day >= '${nameOf(-3).replace('_', '-')}-01'`);
    }
    const reason = 'account default has no checkpoint of a later day';
    expect(await scene.prune(monthMs(-2))).toEqual({ dropped: [monthMs(-4)], kept: { untilMs: monthMs(-3), reason } });
  });
});

const started = (key: string, month: number) =>
  `vault_key_id = '${key}' and started_at_ms = ${monthMs(month) + 24 * HOUR_MS}`;

describe('a month that is not as it was written stays', () => {
  beforeEach(openCopy);
  afterEach(closeCopy);

  test.each([
    [
      'an edited entry',
      `update ledger.audit_entries set agent_type = 'x' where ${started('a', -3)}`,
      'the entry was edited',
    ],
    ['a removed entry', `delete from ledger.audit_entries where ${started('b', -3)}`, 'the entry was removed'],
    ['a removed link', `delete from ledger.audit_links where vault_key_id = 'b' and sequence = 8`, 'link 8 is missing'],
    [
      'an edited entry whose end is told in the month after',
      `update ledger.audit_entries set committed_micros = 1 where id = '${across.reservationId}'`,
      'the entry was edited',
    ],
    [
      'an entry that no link knows',
      `insert into ledger.audit_entries
       select (json_populate_record(a, '{"id": "rsv_forged"}')).* from ledger.audit_entries a where ${started('b', -3)}`,
      'entry rsv_forged is in no link',
    ],
    [
      'an edited checkpoint',
      `alter table audit.checkpoints disable trigger user;
       update audit.checkpoints set links = links + 1 where day = '${nameOf(-3).replace('_', '-')}-12'`,
      'the checkpoint was edited',
    ],
  ])('%s', async (name, tamper, problem) => {
    await scene.sql(tamper);
    const before = await byPartition();
    const pruning = scene.prune(monthMs(-2));
    await expect(pruning).rejects.toThrow(TamperedAudit);
    await expect(pruning).rejects.toThrow(problem);
    const [events, entries, links] = await byPartition();
    for (const table of [events, entries, links]) expect(table?.[nameOf(-3)]).toBeGreaterThan(0);
    // The months before it are gone, unless it is the account's checkpoints.
    const isAll = name === 'an edited checkpoint';
    expect(events?.[nameOf(-4)]).toBe(isAll ? before[0]?.[nameOf(-4)] : undefined);
    expect(await scene.verify()).toMatchObject({ valid: false });
  });
});

describe('behind what was dropped', () => {
  let pruned: TestDatabase;
  beforeAll(async () => {
    await openCopy();
    await scene.prune(monthMs(-2));
    await scene.close();
    pruned = database;
  });
  afterAll(() => pruned.drop());
  beforeEach(async () => {
    database = await copyDatabase(pruned.url);
    scene = await RetentionScene.open(database.url);
  });
  afterEach(closeCopy);

  test.each([
    [
      'an edited entry',
      `update ledger.audit_entries set agent_type = 'x' where ${started('a', -1)}`,
      'the entry was edited',
    ],
    ['a removed entry', `delete from ledger.audit_entries where ${started('b', -2)}`, 'the entry was removed'],
    [
      'the removed entry of a call that began in a dropped month',
      `delete from ledger.audit_entries where id = '${across.reservationId}'`,
      'the entry was removed',
    ],
    [
      'a removed link',
      `delete from ledger.audit_links where vault_key_id = 'b' and sequence = 16`,
      'link 16 is missing',
    ],
    [
      'the first links removed',
      `delete from ledger.audit_links where vault_key_id = 'b' and sequence < 16`,
      'link 14 is missing',
    ],
    [
      'a removed end',
      `delete from ledger.audit_links where vault_key_id = 'b' and sequence > 21`,
      'the end of the chain is missing',
    ],
    [
      'a removed head of a chain with nothing left',
      `delete from ledger.audit_heads where vault_key_id = 'old'`,
      'the end of the chain is missing',
    ],
    [
      'an edited base',
      `alter table audit.pruned_chains disable trigger user;
       update audit.pruned_chains set hash = repeat('f', 64) where vault_key_id = 'b' and sequence = 13`,
      'the link does not follow the one before it',
    ],
    [
      'an edited base of a chain with nothing left',
      `alter table audit.pruned_chains disable trigger user;
       update audit.pruned_chains set hash = repeat('f', 64) where vault_key_id = 'old';
       update ledger.audit_heads set hash = repeat('f', 64) where vault_key_id = 'old'`,
      'link 6 is not the one in the checkpoint of',
    ],
    [
      'a removed base',
      `alter table audit.pruned_chains disable trigger user; delete from audit.pruned_chains where vault_key_id = 'b'`,
      'link 1 is missing',
    ],
    [
      'a forged base over a removed link',
      `alter table audit.pruned_chains disable trigger user;
       insert into audit.pruned_chains values ('default', 'b', 16, repeat('f', 64), 0, 0);
       delete from ledger.audit_links where vault_key_id = 'b' and sequence <= 16`,
      'the link does not follow the one before it',
    ],
  ])('%s is found', async (_name, tamper, problem) => {
    await scene.sql(tamper);
    const found = await scene.verify();
    expect(found.valid).toBe(false);
    expect(found.firstBad?.problem).toContain(problem);
  });

  test('a base beyond every checkpoint is found', async () => {
    await scene.fold(...called('b', Date.now()));
    await scene.sql('alter table audit.pruned_chains disable trigger user');
    await scene.sql(`insert into audit.pruned_chains
      select account_id, vault_key_id, sequence, hash, 0, 0 from ledger.audit_links where vault_key_id = 'b' and sequence = 27`);
    await scene.sql(`delete from ledger.audit_links where vault_key_id = 'b'`);
    await scene.sql(`delete from ledger.audit_entries where vault_key_id = 'b'`);
    expect((await scene.verify()).firstBad?.problem).toBe('links up to 27 are gone, and no checkpoint knows of them');
  });

  test('no base can be made up, changed or removed while the database keeps its rules', async () => {
    const adding = (row: string) => scene.sql(`insert into audit.pruned_chains values (${row})`);
    const forged = `repeat('f', 64), ${monthMs(-1)}, 0`;
    for (const sequence of [14, 3]) {
      await expect(adding(`'default', 'b', ${sequence}, ${forged}`)).rejects.toThrow('is not one that can be dropped');
    }
    const young = `select account_id, vault_key_id, sequence, hash, ${monthMs(0) + 32 * 24 * HOUR_MS}, 0
                     from ledger.audit_links where vault_key_id = 'a' and sequence = 22`;
    const add = scene.sql(`insert into audit.pruned_chains ${young}`);
    await expect(add).rejects.toThrow('links of the last 30 days are not dropped');
    for (const change of [
      'update audit.pruned_chains set before_ms = 0',
      'delete from audit.pruned_chains',
      'truncate audit.pruned_chains',
    ]) {
      await expect(scene.sql(change)).rejects.toThrow('only grows');
    }
  });
});
