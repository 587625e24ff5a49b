import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WitnessEntry } from '@keybrake/simulator';
import { eventually, freePort, ServerProcess } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { charge, executedMarkers } from '../harness/calls.ts';
import { countsOf, sized, storm } from '../harness/chaos.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface ClusterFile {
  readonly gatewayUrls: readonly string[];
  readonly loadBalancerUrl: string;
  readonly adminUrl: string;
  readonly adminToken: string;
  readonly simulatorUrl: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

let folder: string;
let cluster: ServerProcess;
let env: { readonly KEYBRAKE_GATEWAY_PORT: string } & Readonly<Record<string, string>>;

const startCluster = () =>
  ServerProcess.start({
    name: 'cluster',
    entry: join(root, 'scripts/cluster/cluster.ts'),
    env,
    readyUrl: `http://127.0.0.1:${env.KEYBRAKE_GATEWAY_PORT}/livez`,
    readyWithinMs: 120_000,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keybrake-cluster-'));
  const [gateway, admin, simulator] = [await freePort(), await freePort(), await freePort()];
  env = {
    KEYBRAKE_DATA_DIR: folder,
    KEYBRAKE_GATEWAY_PORT: String(gateway),
    KEYBRAKE_ADMIN_PORT: String(admin),
    KEYBRAKE_SIMULATOR_PORT: String(simulator),
  };
  cluster = await startCluster();
  await eventually(
    'the cluster file',
    () => read().catch(() => undefined),
    (file) => file !== undefined,
  );
}, 180_000);
afterAll(async () => {
  await cluster.stop(60_000);
  await rm(folder, { recursive: true, force: true });
});

const read = async () => JSON.parse(await readFile(join(folder, 'cluster.json'), 'utf8')) as ClusterFile;

async function pidOf(name: string): Promise<number> {
  const found = (await read()).processes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the cluster has no ${name}`);
  return found.pid;
}

async function isReplaced(name: string, earlierPid: number): Promise<void> {
  await eventually(
    `${name} to run again`,
    () => pidOf(name),
    (pid) => pid !== earlierPid,
    60_000,
  );
}

async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const { adminUrl, adminToken } = await read();
  const response = await fetch(`${adminUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return (await response.json()) as T;
}

async function issueKey(capMinor: string): Promise<{ id: string; vaultKey: string }> {
  const policy = await api<{ id: string }>('POST', '/v1/policies', {
    name: 'cluster test',
    provider: 'stripe',
    allowedOperations: ['charges:*'],
    caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: capMinor }],
  });
  return api('POST', '/v1/vault-keys', { agentType: 'billing', policyId: policy.id });
}

async function executed(prefix: string): Promise<string[]> {
  const { simulatorUrl } = await read();
  const { data } = (await (await fetch(`${simulatorUrl}/_witness?provider=stripe`)).json()) as { data: WitnessEntry[] };
  return executedMarkers(data, prefix);
}

function demo(): Promise<{ code: number | null; output: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [join(root, 'scripts/demo/demo.ts')], {
    env: { PATH, HOME, KEYBRAKE_DATA_DIR: folder },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((done) => child.once('close', (code) => done({ code, output })));
}

describe('npm run cluster: three gateways behind HAProxy, two ledgers, Kafka, Redis, PostgreSQL', () => {
  test('a cap of $100 under 2,000 calls of $1 by 200 clients through the load balancer: exactly 100 executed', {
    timeout: 900_000,
  }, async () => {
    const { loadBalancerUrl } = await read();
    const warm = await issueKey('100000000');
    const urls = [loadBalancerUrl];
    // Three processes that have never served a call compile it first.
    await storm({
      urls,
      vaultKey: warm.vaultKey,
      clients: 20,
      calls: 400,
      amountMinor: 100,
      keyOf: () => randomUUID(),
    });
    for (let round = 1; round <= sized(3, 20); round += 1) {
      const key = await issueKey('10000');
      const prefix = randomUUID().slice(0, 8);
      const tally = await storm({
        urls: [loadBalancerUrl],
        vaultKey: key.vaultKey,
        clients: 200,
        calls: 2_000,
        amountMinor: 100,
        keyOf: (call) => `${prefix}-${call}`,
        patienceMs: 0,
      });
      expect([round, countsOf(tally)]).toEqual([round, { 200: 100, 429: 1_900 }]);
      expect(await executed(prefix)).toHaveLength(100);
    }
  });

  test('one idempotency key in 20 copies over three gateways: one execution each, equal answers, a changed body refused', {
    timeout: 900_000,
  }, async () => {
    const { gatewayUrls } = await read();
    const key = await issueKey('100000000');
    const prefix = randomUUID().slice(0, 8);
    const keys = sized(60, 500);
    for (let index = 0; index < keys; index += 1) {
      const idempotencyKey = `${prefix}-${index}`;
      const form = `amount=100&currency=usd&source=tok_visa&description=${idempotencyKey}`;
      const copies = await Promise.all(
        Array.from({ length: 20 }, (_none, copy) =>
          charge(gatewayUrls[copy % gatewayUrls.length] as string, key.vaultKey, form, idempotencyKey),
        ),
      );
      expect(new Set(copies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      const changed = await charge(gatewayUrls[0] as string, key.vaultKey, `${form}x`, idempotencyKey);
      expect(changed.status).toBe(400);
    }
    expect(await executed(prefix)).toHaveLength(keys);
  });

  test('rolling restarts of the gateways under load: no call fails', { timeout: 900_000 }, async () => {
    const { loadBalancerUrl } = await read();
    const key = await issueKey('100000000');
    const prefix = randomUUID().slice(0, 8);
    let rolling = true;
    const statuses: Record<string, number> = {};
    const client = async (index: number) => {
      for (let call = 0; rolling; call += 1) {
        const idempotencyKey = `${prefix}-${index}-${call}`;
        const form = `amount=100&currency=usd&source=tok_visa&description=${idempotencyKey}`;
        const answer = await charge(loadBalancerUrl, key.vaultKey, form, idempotencyKey).catch((error: Error) => error);
        const status = answer instanceof Error ? `${answer.message} ${String(answer.cause)}` : String(answer.status);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    };
    const clients = Array.from({ length: 8 }, (_none, index) => client(index));
    for (let round = 0; round < sized(3, 20); round += 1) {
      const name = `gateway-${(round % 3) + 1}`;
      const pid = await pidOf(name);
      process.kill(pid, 'SIGTERM');
      await isReplaced(name, pid);
    }
    rolling = false;
    await Promise.all(clients);
    expect(Object.keys(statuses)).toEqual(['200']);
    expect(await executed(prefix)).toHaveLength(statuses['200'] ?? 0);
  });

  test('the seed story holds while a gateway, a ledger and Redis are killed in turn', {
    timeout: 300_000,
  }, async () => {
    for (const name of ['gateway-2', 'ledger-1', 'redis']) {
      const telling = demo();
      const pid = await pidOf(name);
      process.kill(pid, 'SIGKILL');
      await isReplaced(name, pid);
      const { code, output } = await telling;
      expect([name, code, output.match(/\d+ promises kept, \d+ broken/)?.[0] ?? output]).toEqual([
        name,
        0,
        '7 promises kept, 0 broken',
      ]);
    }
  });

  test('a start after kill -9 of the cluster ends what was left running, and has every call', {
    timeout: 180_000,
  }, async () => {
    const { processes, loadBalancerUrl } = await read();
    const key = await issueKey('10000');
    const form = 'amount=100&currency=usd&source=tok_visa';
    const first = await charge(loadBalancerUrl, key.vaultKey, form, 'once');
    expect(first.status).toBe(200);
    cluster.signal('SIGKILL');
    await cluster.exited;
    expect(processes.every(({ pid }) => isAlive(pid))).toBe(true);
    cluster = await startCluster();
    await eventually(
      'what was left running to end',
      async () => processes.filter(({ pid }) => isAlive(pid)),
      (alive) => alive.length === 0,
      60_000,
    );
    const again = await eventually(
      'calls to go through',
      () => charge(loadBalancerUrl, key.vaultKey, form, 'once').catch(() => ({ status: 503, text: '' })),
      ({ status }) => status < 500,
      60_000,
    );
    expect([again.status, again.text]).toEqual([200, first.text]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
