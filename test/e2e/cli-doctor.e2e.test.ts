import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPool } from '@keybrake/storage';
import { freePort } from '@keybrake/testing/processes';
import { startRedis } from '@keybrake/testing/redis-process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cli } from '../harness/cli.ts';
import { OwnPostgres } from '../harness/own-postgres.ts';
import { startSystem } from '../harness/start-system.ts';
import { System } from '../harness/system.ts';

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'skipped' | 'warn' | 'fail';
  readonly detail: string;
  readonly fix?: string;
}

let system: System;
let cli: Cli;
let noLedgerPort: number;

/** Settings of the system's processes, as somebody on their machine has them, and a token. */
const settingsOf = (of: System) => ({
  ...of.settings,
  KEYBRAKE_URL: of.adminUrl,
  KEYBRAKE_TOKEN: of.adminToken,
  KEYBRAKE_GATEWAY_PORT: new URL(of.gatewayUrl).port,
  // Nobody's: on the usual one a ledger of somebody else may run.
  KEYBRAKE_LEDGER_PORT: String(noLedgerPort),
});

async function examined(env: Record<string, string>) {
  const { code, stdout } = await cli.run(['doctor', '--json'], { env });
  const { worst, findings } = JSON.parse(stdout) as { worst: string; findings: Finding[] };
  const of = (check: string) => findings.filter((finding) => finding.check === check);
  const bad = findings.filter(({ state }) => state === 'warn' || state === 'fail').map(({ check }) => check);
  return { code, worst, findings, of, bad };
}

beforeAll(async () => {
  noLedgerPort = await freePort();
  system = await startSystem({ profile: 'distributed' });
  cli = await Cli.open();
});
afterAll(async () => {
  await cli?.remove();
  await system.stop();
});

test('a sound system: every server looked at, nothing to do', async () => {
  await system.foldedUp();
  const { code, worst, findings, of, bad } = await examined(settingsOf(system));
  expect(bad).toEqual([]);
  expect({ code, worst }).toEqual({ code: 0, worst: 'ok' });
  expect(of('PostgreSQL')[0]?.detail).toMatch(/^version 1[5-9]/);
  expect(of('Redis')[0]?.detail).toMatch(/^version [7-9]/);
  expect(of('topic')[0]?.detail).toMatch(/4 partitions, settings as needed/);
  expect(of('token')[0]?.detail).toContain('of account default, role admin');
  expect(of('ledger lag')).toEqual([{ check: 'ledger lag', state: 'ok', detail: '0 records behind the log' }]);
  const seen = new Set(findings.map(({ check }) => check));
  for (const check of [
    'settings',
    'admin API',
    'gateway',
    'schema',
    'Redis is volatile',
    'admission store',
    'Kafka',
    'clock',
  ]) {
    expect(seen).toContain(check);
  }
  const told = await cli.run(['doctor'], { env: settingsOf(system) });
  expect(told.stdout).toMatch(/^ok {4}settings: \d+ with a value, all valid\n/);
  expect(told.stdout + told.stderr).not.toContain(system.adminToken);
});

test('wrong settings are named by the same rules as the processes have', async () => {
  const env = { ...settingsOf(system), KEYBRAKE_GATEWAY_PORT: '99999', KEYBRAKE_KEKK: 'x' };
  const { code, of } = await examined(env);
  expect(code).toBe(1);
  expect(of('settings').map(({ detail }) => detail)).toEqual([
    'KEYBRAKE_KEKK is not a setting of Keybrake; did you mean KEYBRAKE_KEK?',
    'KEYBRAKE_GATEWAY_PORT is "99999", but must be a port number, at most 65535',
  ]);
  // What needs no settings is looked at all the same.
  expect(of('admin API')[0]?.state).toBe('ok');
});

test('a Redis that writes files and evicts, a topic with other partitions, a dead token, files for everybody', async () => {
  const redis = await startRedis({ args: ['--save', '60 1', '--maxmemory-policy', 'allkeys-lru'] });
  const dataDir = join(cli.folder, 'data');
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'kek'), 'secret');
  await chmod(join(dataDir, 'kek'), 0o644);
  const { code, of, bad } = await examined({
    ...settingsOf(system),
    REDIS_URL: redis.url,
    KEYBRAKE_TOKEN: 'kbt_dead',
    KEYBRAKE_KAFKA_REPLICATION_FACTOR: '3',
    KEYBRAKE_DATA_DIR: dataDir,
    KEYBRAKE_PRICES_FILE: join(cli.folder, 'no-prices.json'),
  });
  await redis.server.kill();
  expect(code).toBe(1);
  expect(of('Redis is volatile').map(({ fix }) => fix)).toEqual(['set maxmemory-policy noeviction', 'set save ""']);
  expect(of('admission store')[0]).toMatchObject({ state: 'fail', fix: 'see that a ledger runs' });
  expect(of('Kafka')[0]).toMatchObject({ state: 'fail', detail: '1 broker for 3 copies of each partition' });
  expect(
    of('topic')
      .map(({ detail }) => detail)
      .join(),
  ).toContain('min.insync.replicas is 1: set it to 2');
  expect(of('token')[0]).toMatchObject({ state: 'fail' });
  expect(of('data folder')[0]).toMatchObject({ state: 'warn', fix: `chmod 600 ${join(dataDir, 'kek')}` });
  expect(new Set(bad)).toEqual(
    new Set(['token', 'price list', 'Redis is volatile', 'admission store', 'Kafka', 'topic', 'data folder']),
  );
});

test('an empty database wants its migrations', async () => {
  const pool = createPool({
    url: system.databaseUrl,
    applicationName: 'test',
    connectionsMax: 1,
    onIdleError: () => undefined,
  });
  await pool.query('create database doctor_empty');
  const url = new URL(system.databaseUrl);
  url.pathname = '/doctor_empty';
  const { of } = await examined({ ...settingsOf(system), DATABASE_URL: url.href });
  await pool.query('drop database doctor_empty');
  await pool.end();
  expect(of('schema')[0]).toMatchObject({ state: 'fail', detail: expect.stringContaining('from 0001_governance on') });
});

test('processes and a database that are away: reached, not ready, and why', async () => {
  const postgres = await OwnPostgres.start();
  const own = await System.start({ postgresUrl: postgres.url });
  const env = settingsOf(own);
  await postgres.stop();
  const without = await examined(env);
  expect(without.code).toBe(1);
  expect(without.of('admin API')[0]).toMatchObject({ state: 'fail', detail: expect.stringContaining('is not ready') });
  expect(without.of('admin API: database')[0]?.fix).toContain('see that PostgreSQL runs');
  expect(without.of('PostgreSQL')[0]).toMatchObject({ state: 'fail', fix: 'start it, or correct DATABASE_URL' });
  await postgres.startAgain();
  await own.stop();
  await postgres.remove();
  const gone = await examined({ KEYBRAKE_URL: own.adminUrl, KEYBRAKE_TOKEN: 'kbt_x' });
  expect(gone.of('admin API')[0]).toMatchObject({ state: 'fail', detail: expect.stringContaining('is not reached') });
  expect(gone.of('PostgreSQL')[0]?.state).toBe('skipped');
});
