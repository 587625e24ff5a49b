import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processIdentity } from '../process/process-identity.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';

let folder: string;
const started: EmbeddedPostgres[] = [];

const start = async (port?: number, onProgress?: (message: string) => void) => {
  const server = await startEmbeddedPostgres({ folder, port, ...(onProgress && { onProgress }) });
  started.push(server);
  return server;
};

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

beforeEach(async () => {
  // Mode 0700 and ours: as root, the database's own user can't enter it.
  folder = join(await mkdtemp(join(tmpdir(), 'keybrake-embedded-')), 'postgres');
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await rm(join(folder, '..'), { recursive: true, force: true });
});

test('keeps its data over a stop and a start, and its password to itself', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 7 as value');
  await first.stop();
  const second = await start();
  expect(await query(second.url, 'select value from kept')).toEqual([{ value: 7 }]);
  expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600);
  const wrong = new URL(second.url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
});

test('recovers what was committed after a kill of the server', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 7 as value');
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  await first.stop();
  const second = await start();
  expect(await query(second.url, 'select value from kept')).toEqual([{ value: 7 }]);
});

/** A start in a process of its own, killed once the database is up: the database goes on without an owner. */
async function killedStart(): Promise<number> {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)});
    const { url, pid } = await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)} });
    console.log(JSON.stringify({ url, pid }));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url, pid } = JSON.parse(line.toString()) as { url: string; pid: number };
  await query(url, 'create table kept as select 7 as value');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return pid;
}

test('stops the database of a start that was killed, and takes its data over', async () => {
  const orphan = await killedStart();
  const messages: string[] = [];
  const server = await start(undefined, (message) => messages.push(message));
  expect(messages).toEqual([`stopping the database that an earlier start left behind (process ${orphan})`]);
  expect(await processIdentity(orphan)).toBeUndefined();
  expect(await query(server.url, 'select value from kept')).toEqual([{ value: 7 }]);
});

test('ignores a lock file whose pid was given to another program', async () => {
  await (await start()).stop();
  const lockFile = join(folder, 'data', 'postmaster.pid');
  await writeFile(lockFile, `${process.pid}\n${join(folder, 'data')}\n1\n1\n\n127.0.0.1\n1 1\nready\n`);
  const server = await start();
  expect((await readFile(lockFile, 'utf8')).split('\n')[0]).toBe(String(server.pid));
});

test('names a taken port and the variable that changes it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(start(port)).rejects.toThrow(`port ${port} is taken: stop what uses it, or set KEYBRAKE_POSTGRES_PORT`);
  other.close();
});
