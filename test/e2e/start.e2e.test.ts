import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freePort } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { charge } from '../harness/calls.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Demo {
  readonly gatewayUrl: string;
  readonly adminUrl: string;
  readonly adminToken: string;
  readonly simulatorUrl: string;
  readonly providers: { readonly stripe: { readonly vaultKey: string; readonly baseUrl: string } };
}

let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keybrake-start-'));
  const { PATH = '', HOME = '' } = process.env;
  env = { PATH, HOME, KEYBRAKE_DATA_DIR: folder };
  for (const app of ['GATEWAY', 'ADMIN', 'LEDGER', 'SIMULATOR']) env[`KEYBRAKE_${app}_PORT`] = String(await freePort());
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

interface Start {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
}

/** As `npm start` runs it; the process that npm would start is ours to kill. */
function start(more: Record<string, string> = {}): Start {
  const child = spawn(process.execPath, ['apps/gateway/dist/main.embedded.js'], {
    cwd: root,
    env: { ...env, ...more },
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  return { child, output: () => output, exited };
}

async function running(one: Start): Promise<Demo> {
  await eventually('the start to be ready', one.output, (text) => text.includes('Keybrake runs'), 60_000);
  return JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8')) as Demo;
}

/** What a process printed last may be read after it has ended. */
const says = (one: Start, ...words: readonly string[]) =>
  eventually(`the start to say ${words}`, one.output, (text) => words.every((word) => text.includes(word)));

const FORM = 'amount=2000&currency=usd&source=tok_visa';

test('start, Ctrl-C, start, kill -9, start: the same keys, the same data, an answer from before given again', async () => {
  const first = start();
  const demo = await running(first);
  expect((await stat(join(folder, 'demo.json'))).mode & 0o777).toBe(0o600);
  await says(first, `curl -i ${demo.gatewayUrl}/v1/charges -u ${demo.providers.stripe.vaultKey}:`);
  const idempotencyKey = randomUUID();
  const answer = await charge(demo.gatewayUrl, demo.providers.stripe.vaultKey, FORM, idempotencyKey);
  expect(answer.status).toBe(200);
  first.child.kill('SIGINT');
  expect(await first.exited).toBe(0);

  const second = start();
  const again = await running(second);
  expect(again).toEqual(demo);
  const replay = await charge(again.gatewayUrl, again.providers.stripe.vaultKey, FORM, idempotencyKey);
  expect([replay.status, replay.text, replay.headers.get('idempotent-replayed')]).toEqual([200, answer.text, 'true']);
  second.child.kill('SIGKILL');
  await second.exited;

  // PostgreSQL still runs, with its lock files: this start ends it and recovers.
  const third = start();
  const after = await running(third);
  expect(after).toEqual(demo);
  expect((await charge(after.gatewayUrl, after.providers.stripe.vaultKey, FORM, idempotencyKey)).text).toBe(
    answer.text,
  );
  const spend = await fetch(`${after.adminUrl}/v1/spend`, { headers: { authorization: `Bearer ${after.adminToken}` } });
  expect(JSON.stringify(await spend.json())).toContain('"committedMinor":"2000"');
  third.child.kill('SIGTERM');
  expect(await third.exited).toBe(0);
});

test('a taken port is named with the variable that changes it', async () => {
  const other = createServer();
  const port = await freePort();
  await new Promise<void>((listening) => {
    other.listen(port, '127.0.0.1', listening);
  });
  const one = start({ KEYBRAKE_GATEWAY_PORT: String(port) });
  expect(await one.exited).toBe(1);
  await says(one, `port ${port}`, 'KEYBRAKE_GATEWAY_PORT');
  other.close();
});

test('a wrong setting is named with its fix', async () => {
  const one = start({ KEYBRAKE_GATEWAY_PRT: '1', KEYBRAKE_UPSTREAM_TIMEOUT_MS: 'soon' });
  expect(await one.exited).toBe(1);
  await says(one, 'KEYBRAKE_GATEWAY_PRT', 'KEYBRAKE_GATEWAY_PORT', 'KEYBRAKE_UPSTREAM_TIMEOUT_MS');
});
