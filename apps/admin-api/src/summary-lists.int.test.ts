import { bucketAt, type Currency, type Hold, ROLLING_24H } from '@keybrake/domain';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type AdminApiUnderTest, openAdminApi } from './admin-api.fixture.js';
import { FoldedLog, reserved } from './audit.fixture.js';

const TOMORROW_MS = Date.now() + 86_400_000;
const TODAY = new Date().toISOString().slice(0, 10);
const TYPES = ['billing', 'checkout', 'messaging', 'refunds', 'support'];

let api: AdminApiUnderTest;
let log: FoldedLog;

beforeAll(async () => {
  api = await openAdminApi(inject('postgresUrl'));
  log = await FoldedLog.open(api.pool);
  const calls = TYPES.flatMap((agentType) =>
    (['eur', 'usd'] as Currency[]).map((currency) => {
      const call = { agentType, amount: { currency, micros: 10_000n } };
      return { ...reserved({ vaultKeyId: agentType, call }), holds: [holdOf(agentType, currency)] };
    }),
  );
  await log.fold(...calls);
  const admin = api.tokens.get('admin') ?? '';
  const policy = await send<{ id: string }>('POST', '/v1/policies', admin, {
    name: 'billing',
    provider: 'stripe',
    allowedOperations: ['charges:*'],
    caps: [],
  });
  for (const agentType of [...TYPES].reverse()) {
    await send('POST', '/v1/vault-keys', admin, { agentType, policyId: policy.id });
  }
});
afterAll(async () => {
  await api.close();
});

/** The currencies of one key: two counters whose windows end at one time. */
function holdOf(keyId: string, currency: Currency): Hold {
  return {
    counter: `key:${keyId}:${currency}`,
    scope: 'key',
    scopeId: keyId,
    window: 'day',
    windowId: TODAY,
    windowEndsAtMs: TOMORROW_MS,
    currency,
    direction: 'in',
    limitMicros: 1_000_000n,
    amountMicros: 10_000n,
  };
}

async function send<Answer>(method: string, path: string, token: string, body?: unknown): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${api.url}${path}`, init);
  const answer = await response.json();
  expect(response.ok, JSON.stringify(answer)).toBe(true);
  return answer as Answer;
}

type Row = Readonly<Record<string, unknown>>;

async function pages(path: string, limit: number): Promise<Row[][]> {
  const found: Row[][] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: { data: Row[]; nextCursor: string | null } = await send(
      'GET',
      `${path}?limit=${limit}${query}`,
      api.tokens.get('viewer') ?? '',
    );
    found.push(page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

test.each([
  ['/v1/spend', ({ agentType, currency }: Row) => `${agentType} ${currency}`],
  ['/v1/balances', ({ scopeId, currency }: Row) => `${scopeId} ${currency}`],
])('%s: each line on one page, in order', async (path, nameOf) => {
  const found = await pages(path, 3);
  expect(found.map(({ length }) => length)).toEqual([3, 3, 3, 1]);
  expect(found.flat().map(nameOf)).toEqual(TYPES.flatMap((type) => [`${type} eur`, `${type} usd`]));
  expect(new Set(found.flat().map(({ heldMinor }) => heldMinor))).toEqual(new Set(['1']));
  expect(await pages(path, 10)).toEqual([found.flat()]);
});

test('/v1/balances: the quarters of an hour of the last 24 are one balance, with the limit of the latest', async () => {
  const nowMs = Date.now();
  const quarter = (agoMs: number, limitMicros: bigint) => {
    const span = bucketAt(ROLLING_24H, nowMs - agoMs);
    const hold = { ...holdOf('rolling', 'gbp' as Currency), counter: 'key:rolling', window: 'rolling_24h' as const };
    const amount = { currency: 'gbp' as Currency, micros: 10_000n };
    return {
      ...reserved({ vaultKeyId: 'rolling', call: { agentType: 'rolling', amount } }),
      holds: [{ ...hold, windowId: span.id, windowEndsAtMs: span.endsAtMs, limitMicros }],
    };
  };
  const hourMs = 3_600_000;
  const oldest = bucketAt(ROLLING_24H, nowMs - 23 * hourMs);
  await log.fold(quarter(25 * hourMs, 1n), quarter(23 * hourMs, 2n), quarter(hourMs, 3n), quarter(0, 50_000_000n));
  const found = (await pages('/v1/balances', 10)).flat().filter(({ scopeId }) => scopeId === 'rolling');
  expect(found).toMatchObject([
    { windowId: oldest.id, limitMinor: '5000', heldMinor: '3', availableMinor: '4997', committedMinor: '0' },
  ]);
  expect(Date.parse(String(found[0]?.resetsAt))).toBe(oldest.endsAtMs);
});

test('/v1/agent-types: each one on one page, in order', async () => {
  const found = await pages('/v1/agent-types', 2);
  expect(found.map(({ length }) => length)).toEqual([2, 2, 1]);
  // The first start made a key for "checkout".
  const keysOf = (agentType: string) => (agentType === 'checkout' ? 2 : 1);
  expect(found.flat()).toEqual(
    TYPES.map((agentType) => ({ agentType, keys: keysOf(agentType), liveKeys: keysOf(agentType) })),
  );
});

test.each(['/v1/spend', '/v1/balances', '/v1/agent-types'])('%s refuses a cursor that no list gave', async (path) => {
  for (const place of ['nonsense', JSON.stringify([1]), JSON.stringify(['a\0', 'b']), JSON.stringify({ a: 1 })]) {
    const url = `${api.url}${path}?cursor=${Buffer.from(place).toString('base64url')}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${api.tokens.get('viewer')}` } });
    expect({ place, status: response.status, answer: await response.json() }).toMatchObject({
      status: 422,
      answer: { errors: [{ pointer: '/cursor' }] },
    });
  }
});
