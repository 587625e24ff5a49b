import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { ShippoStandIn } from '../harness/shippo-stand-in.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';
import { everythingWritten } from '../harness/written.ts';

const REAL_KEY = 'shippo_test_canary_4f1c09d2b7e6a583';

const SHIPPO_FILE = fileURLToPath(new URL('../../docs/providers/shippo.yaml', import.meta.url));

/** Where the amount is in the request, and a key makes a request happen once. */
const DEDUPLICATING = `providers:
  - id: shippo
    baseUrl: https://api.goshippo.com
    credential: { in: header, header: Authorization, value: 'ShippoToken {secret}' }
    idempotency: { header: X-Once, windowHours: 24 }
    requestHeaders: [shippo-api-version]
    errors: { body: { detail: '{message}', error: { code: '{code}' } } }
    operations:
      - call: POST /transactions
        resource: transactions
        class: money
        direction: out
        body: json
        price: { currency: usd, micros: micros(body.amount) }
`;

let folder: string;
let shippo: ShippoStandIn;
let system: System;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keybrake-providers-'));
  shippo = await ShippoStandIn.start();
  system = await startSystem({
    env: {
      KEYBRAKE_PROVIDERS_FILE: SHIPPO_FILE,
      KEYBRAKE_PROVIDER_ORIGINS: `shippo=${shippo.url}`,
    },
  });
  await system.admin('POST', '/v1/credentials', { provider: 'shippo', secret: REAL_KEY });
});
afterAll(async () => {
  await system.stop();
  await shippo.close();
  await rm(folder, { recursive: true });
});

function issue(capMinor: string): Promise<IssuedKey> {
  return system.issueKey({ provider: 'shippo', allowedOperations: ['transactions:*', 'rates:read'], capMinor });
}

interface ShippoAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly body: {
    readonly detail?: string;
    readonly status?: string;
    readonly error?: { readonly code: string; readonly status: number; readonly details: Record<string, unknown> };
  };
}

async function send(
  key: IssuedKey,
  method: string,
  path: string,
  body?: object,
  idempotencyKey: string = randomUUID(),
  gatewayUrl = system.gatewayUrl,
): Promise<ShippoAnswer> {
  const response = await fetch(`${gatewayUrl}/shippo${path}`, {
    method,
    headers: {
      authorization: `ShippoToken ${key.vaultKey}`,
      'shippo-api-version': '2018-02-08',
      'idempotency-key': idempotencyKey,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers, body: JSON.parse(text) as ShippoAnswer['body'] };
}

const buy = (key: IssuedKey, rate: string, idempotencyKey?: string) =>
  send(key, 'POST', '/transactions/', { rate, async: false }, idempotencyKey);

const committed = async (key: IssuedKey) => {
  await system.foldedUp();
  return (await system.balances(key.id, 'folded')).map(({ committedMicros }) => committedMicros);
};

test('the cap holds to the cent, with the amount of the rate and the fee of the file', async () => {
  // A label of $5.50 counts $5.57: three are $16.71.
  const key = await issue('1671');
  shippo.rate('plain', '5.5');
  const answers = await Promise.all(Array.from({ length: 10 }, () => buy(key, 'plain')));
  const bought = answers.filter(({ status }) => status === 201);
  const refused = answers.filter(({ status }) => status === 429);
  expect([bought.length, refused.length]).toEqual([3, 7]);
  expect(shippo.sold.filter((rate) => rate === 'plain')).toHaveLength(3);
  expect(bought[0]?.body.status).toBe('SUCCESS');
  expect(await committed(key)).toEqual([16_710_000n]);

  const [denial] = refused;
  expect(denial?.body).toEqual({
    detail: expect.stringMatching(/^daily cap exceeded: 5\.57 USD does not fit the key cap of 16\.71 USD/),
    error: {
      code: 'cap_exceeded',
      status: 429,
      docs: 'docs/errors.md#cap_exceeded',
      details: expect.objectContaining({ limit: '1671', requested: '557', currency: 'usd' }),
    },
  });

  // Each look at a rate is a call of its own in the log: read, recorded, for nothing.
  const { data } = await system.admin<{
    data: { endpoint: string; decision: string; committedMinor: string | null }[];
  }>('GET', `/v1/audit?vaultKeyId=${key.id}&operation=rates:read&limit=100`);
  expect(data).toHaveLength(10);
  expect(new Set(data.map(({ endpoint }) => endpoint))).toEqual(new Set(['GET /rates/{id}']));
});

test('a retry gets the same bytes, and one label is bought', async () => {
  const key = await issue('1000');
  shippo.rate('once', '5.00');
  const first = await buy(key, 'once', 'order-1');
  const second = await buy(key, 'once', 'order-1');
  const other = await buy(key, shippo.rate('twice', '1.00'), 'order-1');
  expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect([other.status, other.body.error?.code]).toEqual([409, 'idempotency_mismatch']);
  expect(shippo.sold.filter((rate) => rate === 'once' || rate === 'twice')).toEqual(['once']);
});

test('a purchase that failed counts nothing, and one whose answer was lost is not made again', async () => {
  const key = await issue('600');
  shippo.rate('refused_1', '5.50');
  const failed = await buy(key, 'refused_1');
  expect([failed.status, failed.body.status]).toEqual([201, 'ERROR']);
  expect(await committed(key)).toEqual([]);

  shippo.rate('lost_1', '5.50');
  const lost = await buy(key, 'lost_1', 'order-2');
  const again = await buy(key, 'lost_1', 'order-2');
  expect([lost, again].map(({ status, body }) => [status, body.error?.code])).toEqual([
    [409, 'outcome_unknown'],
    [409, 'outcome_unknown'],
  ]);
  expect(shippo.sold.filter((rate) => rate === 'lost_1')).toHaveLength(1);
  await system.foldedUp();
  const { data } = await system.admin<{ data: { endpoint: string; provider: string; vaultKeyId: string }[] }>(
    'GET',
    '/v1/reservations?state=in_doubt',
  );
  expect(data.filter(({ vaultKeyId }) => vaultKeyId === key.id)).toMatchObject([
    { provider: 'shippo', endpoint: 'POST /transactions' },
  ]);
  // The hold counts until somebody knows.
  expect((await buy(key, shippo.rate('more', '1.00'))).status).toBe(429);
});

test('where the file declares an idempotency window, a retry settles what is in doubt', async () => {
  const key = await issue('1000');
  const file = join(folder, 'deduplicating.yaml');
  await writeFile(file, DEDUPLICATING);
  const { url } = await system.startGateway({ KEYBRAKE_PROVIDERS_FILE: file });
  const attempt = () => send(key, 'POST', '/transactions', { rate: 'lost_2', amount: '2.07' }, 'order-3', url);
  expect((await attempt()).body.error?.code).toBe('outcome_unknown');
  const settled = await attempt();
  expect([settled.status, settled.body.status]).toEqual([201, 'SUCCESS']);
  expect(shippo.sold.filter((rate) => rate === 'lost_2')).toHaveLength(1);
  const keys = shippo.received.flatMap(({ headers }) => headers['x-once'] ?? []);
  expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  expect(keys).not.toContain('order-3');
  expect(await committed(key)).toEqual([2_070_000n]);
});

test('what the file does not let through', async () => {
  const key = await issue('100000');
  const before = shippo.received.length;
  const instant = { shipment: {}, carrier_account: 'c1', servicelevel_token: 'usps_priority' };
  const refused = [
    await send(key, 'POST', '/carrier_accounts/register/new', {}),
    await send(key, 'POST', '/carrier_accounts', {}),
    await send(key, 'POST', '/shipments', {}),
    await send(key, 'POST', '/transactions', instant),
    await send(key, 'POST', '/transactions', { rate: 'x', Rate: 'y' }),
    await send(key, 'POST', '/transactions', { rate: '../rates' }),
  ];
  expect(refused.map(({ status, body }) => [status, body.error?.code])).toEqual([
    [403, 'operation_unknown'],
    [403, 'operation_denied'],
    [403, 'operation_not_allowed'],
    [403, 'unpriced_operation'],
    [400, 'invalid_request'],
    [400, 'invalid_request'],
  ]);
  expect(refused[1]?.body.detail).toContain('because it changes who is billed for labels');
  expect(shippo.received.length).toBe(before);
  // The look is made and does not tell: unpriced.
  expect((await buy(key, 'nowhere')).body.error?.code).toBe('unpriced_operation');
  for (const [index, amount] of ['5.5000001', '-1', '1e3', '', '99999999999'].entries()) {
    const rate = shippo.rate(`odd${index}`, amount);
    expect((await buy(key, rate)).body.error?.code, amount).toBe('unpriced_operation');
  }
  expect(shippo.sold.filter((rate) => rate.startsWith('odd'))).toEqual([]);
});

test('a gateway that does not know the provider any more refuses its keys, and the ledger goes on', async () => {
  const key = await issue('1000');
  shippo.rate('known', '1.00');
  expect((await buy(key, 'known')).status).toBe(201);
  const { url: elsewhere } = await system.startGateway({ KEYBRAKE_PROVIDERS_FILE: '', KEYBRAKE_PROVIDER_ORIGINS: '' });
  const response = await fetch(`${elsewhere}/transactions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.vaultKey}`, 'content-type': 'application/json' },
    body: '{"rate":"known"}',
  });
  expect([response.status, await response.json()]).toEqual([
    403,
    { error: expect.objectContaining({ code: 'operation_unknown' }) },
  ]);
  await system.foldedUp();
  const { data } = await system.admin<{ data: { provider: string; decision: string }[] }>(
    'GET',
    `/v1/audit?vaultKeyId=${key.id}&provider=shippo`,
  );
  expect(data.map(({ provider }) => provider)).toEqual(['shippo', 'shippo', 'shippo']);
  const verified = await system.admin('GET', `/v1/audit/verify?vaultKeyId=${key.id}`);
  expect(verified).toMatchObject({ valid: true });
});

test('a broken file stops the start, and everything that is wrong in it is told', async () => {
  const file = join(folder, 'broken.yaml');
  await writeFile(file, 'providers:\n  - id: acme\n    baseUrl: ftp://acme.example\n');
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: system.databaseUrl,
    KEYBRAKE_PEPPER: 'p'.repeat(32),
    KEYBRAKE_KEK: Buffer.alloc(32).toString('base64'),
    KEYBRAKE_PROVIDERS_FILE: file,
  };
  for (const app of ['gateway', 'ledger', 'admin-api']) {
    const entry = fileURLToPath(new URL(`../../apps/${app}/dist/main.postgres.js`, import.meta.url));
    const ended = await promisify(execFile)(process.execPath, [entry], { env }).catch((error: unknown) => error);
    expect(ended).toMatchObject({ code: 1 });
    expect((ended as { stderr: string }).stderr.split('\n').slice(0, -1)).toEqual([
      expect.stringMatching(/: the providers file has 5 problems:$/),
      `  ${file}:2:5: providers[0].credential is missing: write an object`,
      `  ${file}:2:5: providers[0].idempotency is missing: write none, or an object of header and windowHours`,
      `  ${file}:2:5: providers[0].errors is missing: write an object`,
      `  ${file}:2:5: providers[0].operations is missing: write a list`,
      `  ${file}:3:14: providers[0].baseUrl must be an https address without query or slash at its end`,
    ]);
  }
});

test('the real key goes to the provider only, the vault key to nobody', async () => {
  const key = await issue('1000');
  const answer = await buy(key, shippo.rate('last', '1.00'));
  await system.foldedUp();
  const written = await everythingWritten(system);
  expect(written.includes(REAL_KEY)).toBe(false);
  expect((answer.text + JSON.stringify([...answer.headers])).includes(REAL_KEY)).toBe(false);
  expect(written.includes(key.vaultKey.slice(-43))).toBe(false);
  expect(shippo.received.length).toBeGreaterThan(20);
  expect(shippo.received.every(({ headers }) => headers.authorization === `ShippoToken ${REAL_KEY}`)).toBe(true);
  expect(JSON.stringify(shippo.received).includes('vk_')).toBe(false);
  expect(shippo.received.some(({ headers }) => 'idempotency-key' in headers)).toBe(false);
  expect(shippo.received.every(({ headers }) => headers['shippo-api-version'] === '2018-02-08')).toBe(true);
});
