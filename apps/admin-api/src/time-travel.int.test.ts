import type { Currency, Hold, VaultKeyId } from '@keybrake/domain';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type AdminApiUnderTest, openAdminApi } from './admin-api.fixture.js';
import { committed, FoldedLog, reserved } from './audit.fixture.js';

const USD = 'usd' as Currency;
const CAP = { scope: 'key', window: 'total', currency: 'usd' };

let api: AdminApiUnderTest;
beforeAll(async () => {
  api = await openAdminApi(inject('postgresUrl'));
});
afterAll(async () => {
  await api.close();
});

async function send<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const headers = { authorization: `Bearer ${api.tokens.get('admin')}`, 'content-type': 'application/json' };
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${api.url}${path}`, { method, headers, ...init });
  return { status: response.status, body: (await response.json()) as T };
}

const policy = (limitMinor: string) => ({
  name: 'billing',
  provider: 'stripe',
  allowedOperations: ['charges:*'],
  caps: [{ ...CAP, limitMinor }],
});

test('balances and policy as they were at a moment', async () => {
  const made = await send<{ id: string }>('POST', '/v1/policies', policy('10000'));
  const { id: vaultKeyId } = (
    await send<{ id: VaultKeyId }>('POST', '/v1/vault-keys', { agentType: 'billing', policyId: made.body.id })
  ).body;
  const beganMs = Date.now();
  const hold: Hold = {
    scope: 'key',
    scopeId: vaultKeyId,
    window: 'total',
    windowId: 'total',
    currency: USD,
    direction: 'any',
    counter: `key/${vaultKeyId}/total/UTC/usd/any`,
    windowEndsAtMs: Number.MAX_SAFE_INTEGER,
    limitMicros: 100_000_000n,
    amountMicros: 30_000_000n,
  };
  const at = (ms: number) => beganMs + ms;
  const call = { ...reserved({ vaultKeyId, atMs: at(1_000) }), holds: [hold] };
  const end = { actualMicros: 20_000_000n, occurredAtMs: at(2_000), completedAtMs: at(2_000) };
  const log = await FoldedLog.open(api.pool);
  await log.fold(call, { ...committed(call), ...end });

  const balanceAt = async (ms: number) => {
    const query = `vaultKeyId=${vaultKeyId}&at=${new Date(at(ms)).toISOString()}`;
    const { status, body } = await send<{ data: Record<string, string>[] }>('GET', `/v1/balances?${query}`);
    expect(status).toBe(200);
    const [{ limitMinor, heldMinor, committedMinor } = {}] = body.data;
    return [limitMinor, heldMinor, committedMinor];
  };
  expect(await balanceAt(500)).toEqual(['10000', '0', '0']);
  expect(await balanceAt(1_500)).toEqual(['10000', '3000', '0']);
  expect(await balanceAt(2_500)).toEqual(['10000', '0', '2000']);

  const before = new Date().toISOString();
  await expect.poll(() => Date.now() > Date.parse(before)).toBe(true);
  await send('PUT', `/v1/policies/${made.body.id}`, policy('5000'));
  expect((await send<{ version: number }>('GET', `/v1/policies/${made.body.id}?at=${before}`)).body).toMatchObject({
    version: 1,
    caps: [{ limitMinor: '10000' }],
  });
  expect((await send<{ version: number }>('GET', `/v1/policies/${made.body.id}`)).body).toMatchObject({ version: 2 });
  const tooEarly = await send('GET', `/v1/policies/${made.body.id}?at=2020-01-01T00:00:00Z`);
  expect([tooEarly.status, tooEarly.body]).toMatchObject([404, { code: 'not_found' }]);
  const ofAll = await send('GET', `/v1/balances?at=${before}`);
  expect([ofAll.status, ofAll.body]).toMatchObject([422, { errors: [{ pointer: '/at' }] }]);
});

test('a simulation is told what is wrong with its policy or its period', async () => {
  const wrong: readonly (readonly [body: object, pointer: string])[] = [
    [{ policy: { ...policy('1'), allowedOperations: ['chargez:*'] } }, '/allowedOperations/0'],
    [{ policy: policy('1'), from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' }, '/from'],
    [{ policy: policy('1'), from: '2026-03-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }, '/from'],
  ];
  for (const [body, pointer] of wrong) {
    const answer = await send<{ errors: { pointer: string }[] }>('POST', '/v1/policy-simulations', body);
    expect([answer.status, answer.body.errors.map((error) => error.pointer)]).toEqual([422, [pointer]]);
  }
  const nothing = await send('POST', '/v1/policy-simulations', { policy: policy('1'), policyId: 'pol_unknown' });
  expect(nothing).toMatchObject({ status: 200, body: { calls: 0, changes: [], examples: [] } });
});
