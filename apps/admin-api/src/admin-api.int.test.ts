import type { TokenRole } from '@keybrake/application';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AdminApiUnderTest, openAdminApi, REAL_KEY } from './admin-api.fixture.js';

let api: AdminApiUnderTest;

beforeAll(async () => {
  api = await openAdminApi(inject('postgresUrl'));
});
afterAll(async () => {
  await api.close();
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Record<string, unknown> & { data: Record<string, unknown>[] };
  readonly headers: Headers;
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  role: TokenRole = 'admin',
  more: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${api.tokens.get(role)}`, 'content-type': 'application/json', ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, body: JSON.parse(text) as Answer['body'], headers: response.headers };
}

const policy = (more: object = {}) => ({
  name: 'billing',
  provider: 'stripe',
  allowedOperations: ['charges:*'],
  caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '10000' }],
  perCallMax: { usd: '5000' },
  ...more,
});

async function newKey(): Promise<{ id: string; vaultKey: string }> {
  const made = await send('POST', '/v1/policies', policy());
  const key = await send('POST', '/v1/vault-keys', {
    agentType: 'billing',
    policyId: made.body.id,
    credentialId: 'cred_demostripe',
  });
  expect(key.status).toBe(201);
  return key.body as unknown as { id: string; vaultKey: string };
}

describe('policies', () => {
  test('made, read, revised; versions stay as they were', async () => {
    const made = await send('POST', '/v1/policies', policy());
    expect(made).toMatchObject({
      status: 201,
      body: { version: 1, perCallMax: { usd: '5000' }, mode: 'enforce', unpriced: 'deny' },
    });
    const id = made.body.id as string;
    const revised = await send('PUT', `/v1/policies/${id}`, policy({ requestsPerMonth: 10 }));
    expect(revised).toMatchObject({ status: 200, body: { id, version: 2, requestsPerMonth: 10 } });
    const versions = await send('GET', `/v1/policies/${id}/versions`);
    expect(versions.body.data.map((one) => [one.version, one.requestsPerMonth])).toEqual([
      [2, 10],
      [1, null],
    ]);
  });

  test.each([
    ['an unknown field', { color: 'red' }, 422],
    ['an unknown operation', { allowedOperations: ['charge:*'] }, 422],
    ['an unknown currency', { caps: [{ scope: 'key', window: 'day', currency: 'zzz', limitMinor: '1' }] }, 422],
    ['a float', { caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '1.5' }] }, 422],
    ['a number for money', { caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: 100 }] }, 422],
    ['an unknown window', { caps: [{ scope: 'key', window: 'week', currency: 'usd', limitMinor: '1' }] }, 422],
    ['an unknown time zone', { timeZone: 'Mars/Base' }, 422],
    [
      'a limit beyond what is counted exactly',
      { caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: '9000000000000000' }] },
      422,
    ],
  ])('%s is refused with a pointer', async (_name, more, status) => {
    const answer = await send('POST', '/v1/policies', policy(more));
    expect(answer.status).toBe(status);
    expect(answer.type).toContain('application/problem+json');
    expect((answer.body.errors as unknown[]).length).toBeGreaterThan(0);
  });

  test('a body that is no JSON is a problem, not a crash', async () => {
    const headers = { authorization: `Bearer ${api.tokens.get('admin')}`, 'content-type': 'application/json' };
    const response = await fetch(`${api.url}/v1/policies`, { method: 'POST', headers, body: '{"name":' });
    expect(response.status).toBe(400);
  });
});

test('the type of a refusal leads to what it means', async () => {
  const { body } = await send('GET', '/v1/policies/none');
  const [path = '', code = ''] = String(body.type).split('#');
  const page = await fetch(`${api.url}${path}`);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const text = await page.text();
  expect(text).toContain(`<h2 id="${code}">not_found</h2>`);
  expect(text).toContain('What to do:');
});

describe('vault keys and credentials', () => {
  test('a key is shown once, and no list or credential shows a secret', async () => {
    const { id, vaultKey } = await newKey();
    expect(vaultKey).toMatch(/^vk_default_[a-z0-9]+_[A-Za-z0-9_-]{43}$/);
    const seen = [
      await send('GET', '/v1/vault-keys?limit=100'),
      await send('GET', `/v1/vault-keys/${id}`),
      await send('GET', '/v1/credentials'),
      await send('POST', '/v1/credentials', { provider: 'stripe', secret: `${REAL_KEY}_2` }),
      await send('GET', '/v1/tokens'),
    ];
    const text = JSON.stringify(seen.map(({ body }) => body));
    expect(text).not.toContain(vaultKey.slice(-43));
    expect(text).not.toContain(REAL_KEY);
    expect(text).not.toContain('secretHash');
  });

  test('a child may be narrower, not wider', async () => {
    const { id } = await newKey();
    const cap = { scope: 'key', window: 'day', currency: 'usd' };
    const narrow = await send('POST', `/v1/vault-keys/${id}/children`, {
      runId: 'r1',
      caps: [{ ...cap, limitMinor: '500' }],
    });
    expect(narrow).toMatchObject({ status: 201, body: { runId: 'r1', parentId: id } });
    const wide = await send('POST', `/v1/vault-keys/${id}/children`, {
      runId: 'r1',
      caps: [{ ...cap, limitMinor: '10001' }],
    });
    expect(wide).toMatchObject({ status: 422, body: { code: 'widening' } });
    const other = await send('POST', `/v1/vault-keys/${id}/children`, {
      runId: 'r1',
      allowedOperations: ['refunds:*'],
    });
    expect(other).toMatchObject({ status: 422, body: { code: 'widening' } });
  });

  test('a revoke that is not in force is not answered 200, and may be repeated', async () => {
    const { id } = await newKey();
    api.admissionIsDown = true;
    const failed = await send('POST', `/v1/vault-keys/${id}/revoke`);
    api.admissionIsDown = false;
    expect(failed).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(failed.headers.get('retry-after')).toBe('1');
    const revoked = await send('POST', `/v1/vault-keys/${id}/revoke`, undefined, 'operator');
    expect(revoked.status).toBe(200);
    const again = await send('POST', `/v1/vault-keys/${id}/revoke`);
    expect(again.body.revokedAt).toBe(revoked.body.revokedAt);
  });
});

describe('idempotency, paging, reports', () => {
  test('a POST with an Idempotency-Key runs once', async () => {
    const headers = { 'idempotency-key': 'make-policy-1' };
    const first = await send('POST', '/v1/policies', policy(), 'admin', headers);
    const again = await send('POST', '/v1/policies', policy(), 'admin', headers);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await send('POST', '/v1/policies', policy({ name: 'other' }), 'admin', headers)).status).toBe(422);
  });

  test('lists are paged to their end without repeats; a made-up cursor is refused', async () => {
    for (let index = 0; index < 5; index += 1) await newKey();
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Answer = await send('GET', `/v1/vault-keys?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.body.data.map((one) => one.id as string));
      cursor = page.body.nextCursor as string | null;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect((await send('GET', '/v1/vault-keys?cursor=bogus')).status).toBe(422);
    expect((await send('GET', '/v1/vault-keys?limit=101')).status).toBe(422);
  });

  test("a key's balances list every cap before the first call", async () => {
    const { id } = await newKey();
    const { body } = await send('GET', `/v1/balances?vaultKeyId=${id}`);
    expect(body.data).toMatchObject([
      {
        scope: 'key',
        scopeId: id,
        window: 'day',
        limitMinor: '10000',
        committedMinor: '0',
        heldMinor: '0',
        availableMinor: '10000',
      },
    ]);
  });
});
