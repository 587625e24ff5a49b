import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createPool } from '@keybrake/storage';
import { expect, inject, test } from 'vitest';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../libs/storage/migrations', import.meta.url));
const run = promisify(execFile);
const job = fileURLToPath(new URL('../../apps/ledger/dist/main.migrate.js', import.meta.url));

test('the migrations job brings an empty database up to date and ends; again, it changes nothing', async () => {
  const server = inject('postgresUrl');
  const name = `migrated_${randomBytes(6).toString('hex')}`;
  const open = (url: string) =>
    createPool({ url, applicationName: 'test', connectionsMax: 1, onIdleError: () => undefined });
  const administration = open(server);
  await administration.query(`create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const applied = async () => {
    const { stdout } = await run(process.execPath, [job], { env: { ...process.env, DATABASE_URL: url } });
    const lines = stdout.trim().split('\n');
    return (JSON.parse(lines.at(-1) ?? '') as { applied: string[] }).applied;
  };
  try {
    expect((await applied()).map((one) => `${one}.sql`)).toEqual(readdirSync(MIGRATIONS_FOLDER).sort());
    expect(await applied()).toEqual([]);
    const database = open(url);
    const { rows } = await database.query(`select to_regclass('approvals.approvals') is not null as there`);
    expect(rows).toEqual([{ there: true }]);
    await database.end();
  } finally {
    await administration.query(`drop database ${name}`);
    await administration.end();
  }
});

test('without a database it says what is missing', async () => {
  const { DATABASE_URL: _none, ...env } = process.env;
  await expect(run(process.execPath, [job], { env })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('DATABASE_URL'),
  });
});
