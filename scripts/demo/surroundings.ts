import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Stripe from 'stripe';

/** What a running start or cluster wrote down for scripts. */
export interface Surroundings {
  readonly gatewayUrl: string;
  readonly adminUrl: string;
  readonly adminToken: string;
  readonly simulatorUrl: string;
}

/** The simulator's own Stripe key: what an agent would hold without Keybrake. It opens nothing but the simulator. */
const RAW_STRIPE_KEY = 'sk_test_keybrakesimulator';

export async function readSurroundings(): Promise<Surroundings> {
  const folder = process.env.KEYBRAKE_DATA_DIR ?? '.keybrake';
  for (const name of ['cluster.json', 'demo.json']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const found = JSON.parse(text) as Surroundings;
    const alive = await fetch(`${found.gatewayUrl}/livez`).then(
      (response) => response.ok,
      () => false,
    );
    if (alive) return found;
  }
  throw new Error('No Keybrake is running here. Run npm start in another terminal, then npm run demo again.');
}

function client(url: string, key: string, maxNetworkRetries: number): Stripe {
  const { hostname, port, protocol } = new URL(url);
  return new Stripe(key, {
    host: hostname,
    port: Number(port),
    protocol: protocol === 'https:' ? 'https' : 'http',
    maxNetworkRetries,
    telemetry: false,
  });
}

/** Patience for an outage: a refusal with Retry-After is tried again with the same idempotency key. */
const RETRIES = 20;
const RETRY_PAUSE_MS = 1_000;

/** The official SDK, pointed at the gateway with a vault key. */
export const governed = (surroundings: Surroundings, vaultKey: string) =>
  client(surroundings.gatewayUrl, vaultKey, RETRIES);

/** The official SDK with the real key, straight at the provider. */
export const ungoverned = (surroundings: Surroundings) => client(surroundings.simulatorUrl, RAW_STRIPE_KEY, 0);

/** A call of the admin API; a problem answer becomes an error with its text. */
export async function admin<T>(
  surroundings: Surroundings,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<T> {
  const headers = {
    authorization: `Bearer ${surroundings.adminToken}`,
    'content-type': 'application/json',
    ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
  };
  const ask = () =>
    fetch(`${surroundings.adminUrl}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  let response = await ask();
  for (let retry = 0; response.status === 503 && retry < RETRIES; retry += 1) {
    await wait(RETRY_PAUSE_MS);
    response = await ask();
  }
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

export interface Agent {
  readonly keyId: string;
  readonly stripe: Stripe;
}

/** A policy and a vault key of one agent type. */
export async function hire(
  surroundings: Surroundings,
  agentType: string,
  allowedOperations: readonly string[],
  dailyCapMinor: string,
): Promise<Agent> {
  const policy = await admin<{ id: string }>(surroundings, 'POST', '/v1/policies', {
    name: `demo ${agentType}`,
    provider: 'stripe',
    allowedOperations,
    caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: dailyCapMinor }],
  });
  const key = await admin<{ id: string; vaultKey: string }>(surroundings, 'POST', '/v1/vault-keys', {
    agentType,
    policyId: policy.id,
  });
  return { keyId: key.id, stripe: governed(surroundings, key.vaultKey) };
}

export interface WitnessEntry {
  readonly sequence: number;
  readonly operation: string;
  readonly executed: boolean;
}

/** Counts what the provider itself says it executed while `work` ran: its own file, not Keybrake's numbers. */
export async function executedDuring(
  surroundings: Surroundings,
  operation: string,
  work: () => Promise<void>,
): Promise<number> {
  const seen = async () => {
    const response = await fetch(`${surroundings.simulatorUrl}/_witness?provider=stripe`);
    const { data } = (await response.json()) as { data: WitnessEntry[] };
    return data.filter((entry) => entry.executed && entry.operation === operation).length;
  };
  const before = await seen();
  await work();
  return (await seen()) - before;
}
