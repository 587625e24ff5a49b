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
  const isEndless = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (isEndless) await response.body?.cancel();
  const text = isEndless ? '' : await response.text();
  const type = response.headers.get('content-type') ?? '';
  const parsed = JSON.parse(text === '' ? 'null' : text) as Answer['body'];
  return { status: response.status, type, body: parsed, headers: response.headers };
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

describe('roles', () => {
  const routes: [string, string, TokenRole][] = [
    ['GET', '/v1/policies', 'viewer'],
    ['POST', '/v1/policies', 'admin'],
    ['GET', '/v1/policies/x', 'viewer'],
    ['PUT', '/v1/policies/x', 'admin'],
    ['GET', '/v1/policies/x/versions', 'viewer'],
    ['GET', '/v1/vault-keys', 'viewer'],
    ['POST', '/v1/vault-keys', 'admin'],
    ['GET', '/v1/vault-keys/x', 'viewer'],
    ['POST', '/v1/vault-keys/x/revoke', 'operator'],
    ['POST', '/v1/vault-keys/x/children', 'admin'],
    ['GET', '/v1/account', 'viewer'],
    ['POST', '/v1/account/thaw', 'admin'],
    ['GET', '/v1/agent-types', 'viewer'],
    ['GET', '/v1/credentials', 'viewer'],
    ['POST', '/v1/credentials', 'admin'],
    ['GET', '/v1/credentials/x', 'viewer'],
    ['POST', '/v1/credentials/x/rotate', 'admin'],
    ['GET', '/v1/balances', 'viewer'],
    ['GET', '/v1/spend', 'viewer'],
    ['GET', '/v1/audit', 'viewer'],
    ['GET', '/v1/audit/export', 'viewer'],
    ['GET', '/v1/audit/verify?vaultKeyId=x', 'viewer'],
    ['GET', '/v1/audit/checkpoints', 'viewer'],
    ['GET', '/v1/audit/tail', 'viewer'],
    ['GET', '/v1/idempotency-records', 'viewer'],
    ['GET', '/v1/reservations', 'viewer'],
    ['GET', '/v1/reservations/x', 'viewer'],
    ['POST', '/v1/reservations/x/resolve', 'operator'],
    ['GET', '/v1/tokens', 'admin'],
    ['POST', '/v1/tokens', 'admin'],
    ['POST', '/v1/tokens/x/revoke', 'admin'],
  ];
  const rank = ['viewer', 'operator', 'admin'] as const;

  test.each(routes)('%s %s needs %s', async (method, path, required) => {
    for (const role of rank) {
      const { status, body } = await send(method, path, method === 'GET' ? undefined : {}, role);
      const suffices = rank.indexOf(role) >= rank.indexOf(required);
      expect([role, status === 403 && body?.code === 'role_too_low']).toEqual([role, !suffices]);
      expect(status).toBeLessThan(500);
    }
    const stranger = await fetch(`${api.url}${path}`, { method });
    expect(stranger.status === 401 || stranger.status === 429).toBe(true);
    expect(stranger.headers.get('content-type')).toContain('application/problem+json');
  });

  test('every route of the OpenAPI document is in this matrix', async () => {
    const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, object>;
    };
    expect(document.openapi).toBe('3.1.0');
    const operational = new Set(['/livez', '/readyz', '/metrics']);
    const described = Object.entries(document.paths)
      .filter(([path]) => !operational.has(path))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll('{id}', 'x')}`),
      );
    expect(described).toHaveLength(routes.length);
    expect(new Set(described)).toEqual(new Set(routes.map(([method, path]) => `${method} ${path.split('?')[0]}`)));
  });
});

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
    expect((await send('GET', '/v1/vault-keys?cursor=bogus')).status).toBe(400);
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

  test('an account sees nothing of another', async () => {
    const { id } = await newKey();
    await api.pool.query(`insert into governance.accounts (account_id, created_at_ms) values ('other', 0)`);
    await api.pool.query(`update governance.api_tokens set account_id = 'other' where name = 'operator'`);
    expect((await send('GET', `/v1/vault-keys/${id}`, undefined, 'operator')).status).toBe(404);
    expect((await send('POST', `/v1/vault-keys/${id}/revoke`, undefined, 'operator')).status).toBe(404);
    expect((await send('GET', '/v1/policies', undefined, 'operator')).body.data).toEqual([]);
  });
});
