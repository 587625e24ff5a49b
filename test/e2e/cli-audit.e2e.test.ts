import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { charge } from '../harness/calls.ts';
import { Cli } from '../harness/cli.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

let system: System;
let cli: Cli;

beforeAll(async () => {
  system = await startSystem();
  cli = await Cli.open({ KEYBRAKE_URL: system.adminUrl, KEYBRAKE_TOKEN: system.adminToken });
});
afterAll(async () => {
  await cli?.remove();
  await system.stop();
});

/** A key, and charges under these idempotency keys. */
async function keyThatPays(idempotencyKeys: readonly string[] = []) {
  const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '1000000' });
  const pay = async (idempotencyKey: string) => {
    await charge(system.gatewayUrl, key.vaultKey, 'amount=100&currency=usd&source=tok_visa', idempotencyKey);
  };
  for (const one of idempotencyKeys) await pay(one);
  await system.foldedUp();
  return { key, pay };
}

test('all entries as NDJSON and CSV, into a file that is whole or not there', async () => {
  const { key } = await keyThatPays(Array.from({ length: 5 }, () => randomUUID()));
  const lines = (await cli.run(['audit', 'export', '--key', key.id])).stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).vaultKeyId)).toEqual(Array.from({ length: 5 }, () => key.id));
  const args = ['audit', 'export', '--key', key.id, '--format', 'csv', '-o', 'audit.csv'];
  expect(await cli.run(args)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/^audit\.csv: \d+ bytes\n$/),
  });
  expect((await readFile(join(cli.folder, 'audit.csv'), 'utf8')).trim().split(/\r?\n/)).toHaveLength(6);
  const refused = await cli.run(['audit', 'export', '--where', 'nonsense=1', '-o', 'none.csv']);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('nonsense') });
  expect((await readdir(cli.folder)).filter((name) => name.startsWith('none'))).toEqual([]);
});

test('the tail goes on after a break, with nothing left out', async () => {
  const { key, pay } = await keyThatPays();
  const way = await cuttableWay(system.adminUrl);
  const tail = cli.start(['audit', 'tail', '--key', key.id, '--json'], { env: { KEYBRAKE_URL: way.url } });
  const committed = () =>
    tail
      .stdout()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { idempotencyKey: string; state: string })
      .filter(({ state }) => state === 'committed')
      .map(({ idempotencyKey }) => idempotencyKey);
  await eventually('the stream', way.connections, (count) => count > 0);
  await eventually(
    'the first entry',
    async () => {
      await pay('before');
      return committed();
    },
    (seen) => seen.length > 0,
  );
  way.cut();
  for (const one of ['during-1', 'during-2']) await pay(one);
  await eventually('what was missed', committed, (seen) => seen.includes('during-2'), 30_000);
  expect(new Set(committed())).toEqual(new Set(['before', 'during-1', 'during-2']));
  expect(tail.stderr()).toMatch(/^keybrake: the connection broke; again in 250 ms\n/);
  tail.child.kill('SIGINT');
  expect((await tail.ended).code).toBe(130);
  way.close();
});

test('every key of the account is verified at once', async () => {
  const { key } = await keyThatPays([randomUUID()]);
  const sound = await cli.run(['audit', 'verify']);
  expect(sound).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+ links of \d+ keys, all as they were written\n/),
  });
  await system.sql('update ledger.audit_entries set committed_micros = 1 where vault_key_id = $1', [key.id]);
  const edited = await cli.run(['audit', 'verify']);
  expect(edited.code).toBe(1);
  expect(edited.stdout).toContain(`${key.id}: the entry was edited`);
});

test.each([
  ['removed', 'delete from ledger.audit_entries where vault_key_id = $1 and id = $2', 'the entry was removed'],
  [
    'put elsewhere',
    `update ledger.audit_links l set entry_id = o.entry_id, content_hash = o.content_hash from ledger.audit_links o
      where l.vault_key_id = $1 and o.vault_key_id = $1 and (l.sequence, o.sequence) in ((1, 3), (3, 1)) and $2 <> ''`,
    'the link was edited',
  ],
])('an entry that was %s is found', async (_what, sql, problem) => {
  const { key } = await keyThatPays([randomUUID(), randomUUID()]);
  const [entry] = await system.sql<{ id: string }>(
    'select entry_id as id from ledger.audit_links where vault_key_id = $1 and sequence = 1',
    [key.id],
  );
  await system.sql(sql, [key.id, entry?.id]);
  const found = await cli.run(['audit', 'verify', '--key', key.id]);
  expect(found.code).toBe(1);
  expect(found.stdout).toContain(problem);
});

/** A way to a server whose connections can be cut. */
async function cuttableWay(target: string) {
  const { hostname: host, port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host, port: Number(port) });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address() as { port: number };
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  const close = () => {
    cut();
    server.close();
  };
  return { url: `http://127.0.0.1:${address.port}`, connections: () => open.size, cut, close };
}
