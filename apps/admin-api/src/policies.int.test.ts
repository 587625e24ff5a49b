import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type AdminApiUnderTest, openAdminApi } from './admin-api.fixture.js';

let api: AdminApiUnderTest;
beforeAll(async () => {
  api = await openAdminApi(inject('postgresUrl'));
});
afterAll(async () => {
  await api.close();
});

const cap = (limitMinor: string) => ({ scope: 'key', window: 'day', currency: 'usd', limitMinor });
const policy = (more: object = {}) => ({
  name: 'billing',
  provider: 'stripe',
  allowedOperations: ['charges:*'],
  caps: [cap('10000')],
  ...more,
});

async function send(method: string, path: string, body?: object, more: Record<string, string> = {}) {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${api.tokens.get('admin')}`, 'content-type': 'application/json', ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, etag: response.headers.get('etag'), body: answer };
}

async function made(more: object = {}): Promise<string> {
  return (await send('POST', '/v1/policies', policy(more))).body.id as string;
}

test('a revision with the ETag of another version changes nothing', async () => {
  const id = await made();
  const read = await send('GET', `/v1/policies/${id}`);
  expect(read.etag).toBe('"1"');
  const first = await send('PUT', `/v1/policies/${id}`, policy({ name: 'mine' }), { 'if-match': '"1"' });
  expect([first.status, first.etag]).toEqual([200, '"2"']);
  const second = await send('PUT', `/v1/policies/${id}`, policy({ name: 'theirs' }), { 'if-match': '"1"' });
  expect(second).toMatchObject({ status: 412, body: { code: 'changed' } });
  expect((await send('GET', `/v1/policies/${id}`)).body).toMatchObject({ version: 2, name: 'mine' });
  const retried = await send('PUT', `/v1/policies/${id}`, policy({ name: 'theirs' }), { 'if-match': '"2"' });
  expect(retried).toMatchObject({ status: 200, body: { version: 3, name: 'theirs' } });
});

test('of twenty revisions at once with one ETag, one is made', async () => {
  const id = await made();
  const revisions = Array.from({ length: 20 }, (_, index) =>
    send('PUT', `/v1/policies/${id}`, policy({ name: `by ${index}` }), { 'if-match': '"1"' }),
  );
  const statuses = (await Promise.all(revisions)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 412)).toHaveLength(19);
});

test('an If-Match that is none of our ETags is that of no version', async () => {
  const answer = await send('PUT', `/v1/policies/${await made()}`, policy({ name: 'new' }), { 'if-match': '1' });
  expect(answer).toMatchObject({ status: 412, body: { code: 'changed' } });
});

test('history: versions are paged, each can be read as it was, and two compared', async () => {
  const id = await made();
  const later = policy({ caps: [cap('20000')], requestsPerMonth: 5, allowedOperations: ['charges:*', 'refunds:*'] });
  await send('PUT', `/v1/policies/${id}`, later);
  await send('PUT', `/v1/policies/${id}`, policy({ name: 'third' }));
  const newest = await send('GET', `/v1/policies/${id}/versions?limit=2`);
  expect((newest.body.data as { version: number }[]).map(({ version }) => version)).toEqual([3, 2]);
  const oldest = await send('GET', `/v1/policies/${id}/versions?limit=2&cursor=${newest.body.nextCursor}`);
  expect(oldest.body).toMatchObject({ data: [{ version: 1, name: 'billing' }], nextCursor: null });
  expect((await send('GET', `/v1/policies/${id}/versions/2`)).body).toMatchObject({ version: 2, requestsPerMonth: 5 });
  expect((await send('GET', `/v1/policies/${id}/versions/4`)).status).toBe(404);
  expect((await send('GET', `/v1/policies/${id}/diff?from=1&to=2`)).body).toEqual({
    from: 1,
    to: 2,
    changes: [
      { path: '/allowedOperations/1', before: null, after: 'refunds:*' },
      { path: '/caps/0/limitMinor', before: '10000', after: '20000' },
      { path: '/requestsPerMonth', before: null, after: 5 },
    ],
  });
});

test('a template is a policy that can be made as it is', async () => {
  const { body } = await send('GET', '/v1/policy-templates');
  const templates = body.data as { id: string; policy: object }[];
  expect(templates.map(({ id }) => id)).toContain('stripe-charges');
  for (const template of templates) {
    const answer = await send('POST', '/v1/policies', template.policy);
    expect([template.id, answer.status]).toEqual([template.id, 201]);
  }
});

test('providers tell their operations with what they mean for money', async () => {
  const { body } = await send('GET', '/v1/providers');
  const providers = body.data as { id: string; operations: { id: string; class: string; endpoints: string[] }[] }[];
  expect(providers.map(({ id }) => id)).toEqual(['stripe', 'twilio', 'resend']);
  const charges = providers[0]?.operations.find(({ id }) => id === 'charges:write');
  expect(charges?.class).toBe('money');
  expect(charges?.endpoints).toContain('POST /v1/charges');
  expect(providers[0]?.operations.find(({ id }) => id === 'charges:read')?.class).toBe('read');
});

test('keys are found by state, agent type, parent and text', async () => {
  const policyId = await made();
  const key = async (more: object) => {
    const draft = { agentType: 'billing', policyId, credentialId: 'cred_demostripe', ...more };
    return (await send('POST', '/v1/vault-keys', draft)).body.id as string;
  };
  const live = await key({ label: 'Night shift' });
  const revoked = await key({ agentType: 'support' });
  await send('POST', `/v1/vault-keys/${revoked}/revoke`);
  const expired = await key({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
  await api.pool.query('update governance.vault_keys set expires_at_ms = 1 where key_id = $1', [expired]);
  const child = (await send('POST', `/v1/vault-keys/${live}/children`, { runId: 'r1' })).body.id as string;
  const found = async (query: string) =>
    ((await send('GET', `/v1/vault-keys?policyId=${policyId}&${query}`)).body.data as { id: string }[]).map(
      ({ id }) => id,
    );
  expect(await found('state=live')).toEqual([child, live]);
  expect(await found('state=revoked')).toEqual([revoked]);
  expect(await found('state=expired')).toEqual([expired]);
  expect(await found('search=night%20SHIFT')).toEqual([live]);
  expect(await found('agentType=support')).toEqual([revoked]);
  expect(await found(`parentId=${live}`)).toEqual([child]);
});

test('a duplicate guard is kept as it was given, compared by the diff, and bounded', async () => {
  const guard = { mode: 'block', windowSeconds: 300 };
  const id = await made({ duplicateGuard: guard });
  const { body } = await send('GET', `/v1/policies/${id}`);
  expect(body.duplicateGuard).toEqual({ ...guard, scope: 'run' });
  await send('PUT', `/v1/policies/${id}`, policy({ duplicateGuard: 'off' }));
  const diff = await send('GET', `/v1/policies/${id}/diff?from=1&to=2`);
  expect(diff.body.changes).toEqual([{ path: '/duplicateGuard', before: body.duplicateGuard, after: 'off' }]);
  for (const windowSeconds of [0, 86_401, 1.5]) {
    const refused = await send('POST', '/v1/policies', policy({ duplicateGuard: { ...guard, windowSeconds } }));
    expect([windowSeconds, refused.status]).toEqual([windowSeconds, 422]);
  }
});
