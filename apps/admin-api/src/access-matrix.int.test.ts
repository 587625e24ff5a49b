import { issueToken, type TokenRole } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AdminApiUnderTest, openAdminApi } from './admin-api.fixture.js';

// Every route × role × account. The roles are stated here once more, so that a change of one is noticed.
const ROUTES: readonly (readonly [method: string, path: string, required: TokenRole | 'none'])[] = [
  ['GET', '/v1/account', 'viewer'],
  ['POST', '/v1/account/thaw', 'admin'],
  ['GET', '/v1/agent-types', 'viewer'],
  ['GET', '/v1/alerts', 'viewer'],
  ['POST', '/v1/approval-links/view', 'none'],
  ['POST', '/v1/approval-links/approve', 'none'],
  ['POST', '/v1/approval-links/deny', 'none'],
  ['GET', '/v1/approvals', 'viewer'],
  ['GET', '/v1/approvals/{approval}', 'viewer'],
  ['POST', '/v1/approvals/{approval}/approve', 'operator'],
  ['POST', '/v1/approvals/{approval}/deny', 'operator'],
  ['GET', '/v1/audit', 'viewer'],
  ['GET', '/v1/audit/{reservation}', 'viewer'],
  ['GET', '/v1/audit/checkpoints', 'viewer'],
  ['GET', '/v1/audit/export', 'viewer'],
  ['GET', '/v1/audit/tail', 'viewer'],
  ['GET', '/v1/audit/verify?vaultKeyId={vaultKey}', 'viewer'],
  ['GET', '/v1/balances?vaultKeyId={vaultKey}', 'viewer'],
  ['GET', '/v1/credentials', 'viewer'],
  ['POST', '/v1/credentials', 'admin'],
  ['GET', '/v1/credentials/{credential}', 'viewer'],
  ['POST', '/v1/credentials/{credential}/rotate', 'admin'],
  ['GET', '/v1/idempotency-records', 'viewer'],
  ['GET', '/v1/installation', 'viewer'],
  ['GET', '/v1/policies', 'viewer'],
  ['POST', '/v1/policies', 'admin'],
  ['GET', '/v1/policies/{policy}', 'viewer'],
  ['PUT', '/v1/policies/{policy}', 'admin'],
  ['GET', '/v1/policies/{policy}/versions', 'viewer'],
  ['GET', '/v1/policies/{policy}/versions/1', 'viewer'],
  ['GET', '/v1/policies/{policy}/diff?from=1&to=1', 'viewer'],
  ['POST', '/v1/policy-simulations', 'viewer'],
  ['GET', '/v1/policy-templates', 'viewer'],
  ['GET', '/v1/providers', 'viewer'],
  ['GET', '/v1/reservations', 'viewer'],
  ['GET', '/v1/reservations/{reservation}', 'viewer'],
  ['POST', '/v1/reservations/{reservation}/resolve', 'operator'],
  ['POST', '/v1/sessions', 'none'],
  ['GET', '/v1/sessions/current', 'viewer'],
  ['DELETE', '/v1/sessions/current', 'viewer'],
  ['GET', '/v1/sessions/methods', 'none'],
  ['GET', '/v1/sessions/oidc', 'none'],
  ['GET', '/v1/sessions/oidc/callback', 'none'],
  ['GET', '/v1/runs', 'viewer'],
  ['GET', '/v1/runs/{run}', 'viewer'],
  ['GET', '/v1/spend', 'viewer'],
  ['GET', '/v1/spend/series', 'viewer'],
  ['GET', '/v1/tokens', 'admin'],
  ['POST', '/v1/tokens', 'admin'],
  ['POST', '/v1/tokens/{token}/revoke', 'admin'],
  ['GET', '/v1/usage', 'viewer'],
  ['GET', '/v1/vault-keys', 'viewer'],
  ['POST', '/v1/vault-keys', 'admin'],
  ['GET', '/v1/vault-keys/{vaultKey}', 'viewer'],
  ['POST', '/v1/vault-keys/{vaultKey}/revoke', 'operator'],
  ['POST', '/v1/vault-keys/{vaultKey}/children', 'admin'],
  ['GET', '/v1/webhooks', 'admin'],
  ['POST', '/v1/webhooks', 'admin'],
  ['GET', '/v1/webhooks/{webhook}', 'admin'],
  ['PUT', '/v1/webhooks/{webhook}', 'admin'],
  ['POST', '/v1/webhooks/{webhook}/rotate-secret', 'admin'],
  ['POST', '/v1/webhooks/{webhook}/test', 'admin'],
  ['GET', '/v1/webhooks/{webhook}/deliveries', 'admin'],
  ['POST', '/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver', 'admin'],
  ['DELETE', '/v1/webhooks/{webhook}', 'admin'],
];
const RANK = ['viewer', 'operator', 'admin'] as const;
const CAP = { scope: 'key', window: 'day', currency: 'usd', limitMinor: '10000' };
const WEBHOOK = { url: 'https://93.184.215.14/hook' };
const POLICY = { name: 'billing', provider: 'stripe', allowedOperations: ['charges:*'], caps: [CAP] };

/** Parameters are all alike, whatever they are called. */
const pathShape = (path: string) => path.split('?')[0]?.replace(/\{\w+\}|(?<=\/)\d+$/g, '{}');

let api: AdminApiUnderTest;
/** An admin token of another account. */
let stranger: string;
/** What the first account has, by the names in the paths. */
const ids: Record<string, string> = {
  reservation: 'res_of_the_first',
  run: 'run_of_the_first',
  approval: 'apr_of_the_first',
};
/** What is sent where a body is needed, so that nothing but the account stands in the way. */
const bodies: Record<string, () => object> = {
  'PUT /v1/policies/{policy}': () => POLICY,
  'POST /v1/policy-simulations': () => ({ policy: POLICY, policyId: ids.policy }),
  'POST /v1/vault-keys/{vaultKey}/children': () => ({ runId: 'r1' }),
  'POST /v1/credentials/{credential}/rotate': () => ({ secret: 'sk_test_another' }),
  'PUT /v1/webhooks/{webhook}': () => WEBHOOK,
  'POST /v1/reservations/{reservation}/resolve': () => ({ outcome: 'executed', note: 'seen' }),
};

async function send(method: string, path: string, token: string | undefined, body?: object): Promise<Response> {
  const url = `${api.url}${path.replace(/\{(\w+)\}/g, (_text, name: string) => ids[name] ?? 'x')}`;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers: Record<string, string> = { 'content-type': 'application/json', ...(authorization as object) };
  const response = await fetch(url, { method, headers, redirect: 'manual', ...init });
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response;
  // Without an end.
  await response.body?.cancel();
  return new Response('', { status: response.status });
}

const made = async (path: string, body: object) => {
  const response = await send('POST', path, api.tokens.get('admin'), body);
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
};

beforeAll(async () => {
  api = await openAdminApi(inject('postgresUrl'));
  ids.policy = await made('/v1/policies', POLICY);
  ids.credential = await made('/v1/credentials', { provider: 'stripe', secret: 'sk_test_one' });
  ids.vaultKey = await made('/v1/vault-keys', {
    agentType: 'billing',
    policyId: ids.policy,
    credentialId: ids.credential,
  });
  ids.token = await made('/v1/tokens', { name: 'to be revoked', role: 'viewer' });
  ids.webhook = await made('/v1/webhooks', WEBHOOK);
  const tested = await send('POST', `/v1/webhooks/${ids.webhook}/test`, api.tokens.get('admin'), {});
  ids.delivery = ((await tested.json()) as { deliveryId: string }).deliveryId;
  await api.pool.query(
    `insert into ledger.audit_entries (id, account_id, vault_key_id, agent_type, provider, operation, endpoint, decision,
       policy_id, policy_version, state, started_at_ms)
     values ($1, 'default', $2, 'billing', 'stripe', 'charges:write', 'POST /v1/charges', 'allowed', $3, 1, 'open', 1)`,
    [ids.reservation, ids.vaultKey, ids.policy],
  );
  await api.pool.query(
    `insert into ledger.reservations (reservation_id, account_id, state, outcome, vault_key_id, reserved_at_ms)
     values ($1, 'default', 'open', '{"state":"open"}', $2, 1)`,
    [ids.reservation, ids.vaultKey],
  );
  await api.pool.query(
    `insert into ledger.runs (account_id, run_id, agent_types, providers, first_at_ms, last_at_ms)
     values ('default', $1, '{billing}', '{stripe}', 1, 1)`,
    [ids.run],
  );
  await api.pool.query(
    `insert into approvals.approvals (approval_id, account_id, reservation_id, vault_key_id, agent_type, provider, operation,
       endpoint, policy_id, policy_version, currency, amount_micros, root_key_id, key_hash, fingerprint, state, approvers,
       valid_ms, requested_at_ms, expires_at_ms)
     values ($1, 'default', $2, $3, 'billing', 'stripe', 'charges:write', 'POST /v1/charges', $4, 1, 'usd', 1, $3, 'h', 'f',
             'expired', 1, 60000, 1, 2)`,
    [ids.approval, ids.reservation, ids.vaultKey, ids.policy],
  );
  await api.pool.query(`insert into governance.accounts (account_id, created_at_ms) values ('other', 0)`);
  const actor = { accountId: 'other' as AccountId, name: 'system' };
  stranger = (await issueToken(api.governance, actor, { name: 'admin', role: 'admin', expiresAtMs: undefined })).token;
});
afterAll(async () => {
  await api.close();
});

test('every route of the OpenAPI document is in the matrix, with the role that it names', async () => {
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { 'x-keybrake-role': string }>>;
  };
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, route]) => `${method.toUpperCase()} ${pathShape(path)} ${route['x-keybrake-role']}`,
    ),
  );
  const stated = ROUTES.map(([method, path, role]) => `${method} ${pathShape(path)} ${role}`);
  expect(described.sort()).toEqual(stated.sort());
});

describe('roles', () => {
  test.each(ROUTES.filter(([, , role]) => role !== 'none'))('%s %s needs %s', async (method, path, required) => {
    for (const role of RANK) {
      // An id that is nobody's: what is let through changes nothing.
      const response = await send(
        method,
        path.replace(/\{\w+\}/g, 'x'),
        api.tokens.get(role),
        method === 'GET' ? undefined : {},
      );
      const text = await response.text();
      const suffices = RANK.indexOf(role) >= RANK.indexOf(required as TokenRole);
      expect([role, response.status === 403 && text.includes('"role_too_low"')]).toEqual([role, !suffices]);
      expect(response.status).toBeLessThan(500);
    }
  });

  test.each(ROUTES.filter(([, , role]) => role !== 'none'))('%s %s is closed to strangers', async (method, path) => {
    const response = await send(method, path, undefined);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('accounts', () => {
  const byId = ROUTES.filter(([, path]) => path.includes('{'));

  test.each(byId)('%s %s finds nothing of another account', async (method, path) => {
    const body = bodies[`${method} ${path}`]?.() ?? (method === 'GET' ? undefined : {});
    const foreign = await send(method, path, stranger, body);
    expect([foreign.status, ((await foreign.json()) as { code: string }).code]).toEqual([404, 'not_found']);
  });

  test('what another account names of ours is not there', async () => {
    const mine = { agentType: 'billing', policyId: ids.policy, credentialId: ids.credential };
    const answer = (await (await send('POST', '/v1/vault-keys', stranger, mine)).json()) as { errors: object[] };
    expect(answer).toMatchObject({ status: 422, errors: [{ pointer: '/policyId' }] });
  });

  // After the foreign attempts: all of it is still there, and untouched.
  test.each(byId)('%s %s is answered to its own account', async (method, path) => {
    const body = bodies[`${method} ${path}`]?.() ?? (method === 'GET' ? undefined : {});
    const own = await send(method, path, api.tokens.get('admin'), body);
    expect([200, 201, 202, 204, 409]).toContain(own.status);
  });

  const lists = ROUTES.filter(([method, path]) => method === 'GET' && !path.includes('{') && !path.includes('session'));
  test.each(lists)('%s %s shows nothing of another account', async (method, path) => {
    const text = await (await send(method, path, stranger)).text();
    expect(Object.values(ids).filter((id) => text.includes(id))).toEqual([]);
    expect(text).not.toContain('"default"');
  });
});
