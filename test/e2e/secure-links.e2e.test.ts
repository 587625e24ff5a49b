import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SecureSystem } from '../harness/secure-system.ts';

let system: SecureSystem;
let gatewayUrl: string;
let adminUrl: string;
let token: string;

beforeAll(async () => {
  system = await SecureSystem.start();
  token = await system.openAccount();
  [adminUrl, gatewayUrl] = await Promise.all([
    system.startApp('admin-api'),
    system.startApp('gateway'),
    system.startApp('ledger'),
  ]);
});
afterAll(async () => {
  await system.stop();
});

async function admin<T>(path: string, body: object): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${adminUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(201);
  return (await response.json()) as T;
}

test('a charge and its retry, with TLS from the agent to the last record', async () => {
  const policy = await admin<{ id: string }>('/v1/policies', {
    name: 'secure',
    provider: 'stripe',
    allowedOperations: ['charges:write'],
    caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '1000' }],
  });
  const wish = { agentType: 'billing', policyId: policy.id };
  const { vaultKey } = await admin<{ vaultKey: string }>('/v1/vault-keys', wish);
  const idempotencyKey = randomUUID();
  const charge = async () => {
    const response = await fetch(`${gatewayUrl}/v1/charges`, {
      method: 'POST',
      headers: { authorization: `Bearer ${vaultKey}`, 'idempotency-key': idempotencyKey },
      body: new URLSearchParams({ amount: '700', currency: 'usd', source: 'tok_visa' }),
    });
    return { status: response.status, id: ((await response.json()) as { id: string }).id };
  };
  const first = await charge();
  expect([first.status, await charge()]).toEqual([200, first]);
  const witness = (await (await fetch(`${system.simulatorUrl}/_witness`)).json()) as { data: { executed: boolean }[] };
  expect(witness.data.filter(({ executed }) => executed)).toHaveLength(1);
});

test('no connection to the database is plain, and the database takes no plain one', async () => {
  const { rows } = await system.pool.query(
    `select a.application_name as app, bool_and(s.ssl) as ssl from pg_stat_activity a join pg_stat_ssl s using (pid)
      where a.application_name like 'keybrake-%' group by 1`,
  );
  expect(new Set(rows.map(({ app }) => app.replace(/[@ ].*/, '')))).toEqual(
    new Set(['keybrake-gateway-directory', 'keybrake-ledger', 'keybrake-admin-api']),
  );
  expect(rows.every(({ ssl }) => ssl)).toBe(true);
  const { DATABASE_URL = '' } = system.settings;
  const plain = { DATABASE_URL: DATABASE_URL.replace(/\?.*/, '') };
  const why = /no pg_hba.conf entry .* no encryption/;
  expect(await system.refusedGateway(plain, why)).toMatch(why);
});

const broken = (name: string, from: RegExp, to: string) => () => ({
  [name]: (system.settings[name] as string).replace(from, to),
});
const stranger = (name: string) => () => ({ [name]: system.strangerCa });
const UNKNOWN_AUTHORITY = /unable to verify the first certificate|self-signed certificate in certificate chain/;

test.concurrent.each<[string, () => Record<string, string>, RegExp]>([
  [
    'PostgreSQL with a certificate of another authority',
    () => ({
      DATABASE_URL: (system.settings.DATABASE_URL as string).replace(
        /sslrootcert=.*/,
        `sslrootcert=${system.strangerCa}`,
      ),
    }),
    UNKNOWN_AUTHORITY,
  ],
  [
    'PostgreSQL at an address that its certificate does not have',
    broken('DATABASE_URL', /localhost/, '127.0.0.1'),
    /IP: 127\.0\.0\.1 is not in the cert's list/,
  ],
  [
    'Redis at an address that its certificate does not have',
    broken('REDIS_URL', /127\.0\.0\.1/, '127.0.0.2'),
    /IP: 127\.0\.0\.2 is not in the cert's list/,
  ],
  ['Redis with a certificate of another authority', stranger('KEYBRAKE_REDIS_CA_FILE'), UNKNOWN_AUTHORITY],
  ['Redis with the password of nobody', broken('REDIS_URL', /:[0-9a-f]{24}@/, ':wrong@'), /WRONGPASS/],
  ['Kafka with a certificate of another authority', stranger('KEYBRAKE_KAFKA_CA_FILE'), UNKNOWN_AUTHORITY],
  ['Kafka with the password of nobody', broken('KEYBRAKE_KAFKA_PASSWORD', /.*/, 'wrong'), /Authentication failed/],
])('%s: the gateway does not become ready, and says why', async (_what, env, why) => {
  expect(await system.refusedGateway(env(), why)).toMatch(why);
});

test('who trusts another authority, or speaks plain HTTP, does not reach gateway or admin API', async () => {
  for (const url of [gatewayUrl, adminUrl])
    await expect(fetch(`${url.replace('https:', 'http:')}/livez`)).rejects.toThrow('fetch failed');
});
