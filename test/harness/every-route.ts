import { eventually } from '@keybrake/testing/processes';
import { expect } from 'vitest';
import { pay } from './every-right.ts';
import type { System } from './system.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

const READS = [
  '/v1/account',
  '/v1/agent-types',
  '/v1/alerts',
  '/v1/approvals',
  '/v1/audit',
  '/v1/audit?decision=denied',
  '/v1/audit/checkpoints',
  '/v1/audit/export',
  '/v1/audit/verify',
  '/v1/credentials',
  '/v1/idempotency-records',
  '/v1/installation',
  '/v1/policies',
  '/v1/reservations',
  '/v1/runs',
  '/v1/spend',
  '/v1/spend/series',
  '/v1/tokens',
  '/v1/usage',
  '/v1/vault-keys',
];

const answers = async (system: System, path: string, init: RequestInit = {}) => {
  const headers = { authorization: `Bearer ${system.adminToken}`, 'content-type': 'application/json' };
  const response = await fetch(`${system.adminUrl}${path}`, { headers, ...init });
  await response.text();
  return response.status;
};

/** Every list and report. */
export async function reads(system: System): Promise<void> {
  await system.foldedUp();
  const refused: [string, number][] = [];
  for (const path of READS) {
    const status = await answers(system, path);
    if (status !== 200) refused.push([path, status]);
  }
  expect(refused).toEqual([]);
}

/** Policies, keys, credentials, tokens and sessions: made, changed and ended. */
export async function changes(system: System): Promise<void> {
  const cap = { scope: 'key', window: 'day', currency: 'usd', limitMinor: '10000' };
  const policy = { name: 'changed', provider: 'stripe', allowedOperations: ['charges:*'], caps: [cap] };
  const { id } = await system.admin<{ id: string }>('POST', '/v1/policies', policy);
  await system.admin('PUT', `/v1/policies/${id}`, { ...policy, caps: [{ ...cap, limitMinor: '20000' }] });
  for (const path of ['', '/versions', '/versions/1', '/diff?from=1&to=2']) {
    await system.admin('GET', `/v1/policies/${id}${path}`);
  }
  const key = await system.admin<{ id: string; vaultKey: string }>('POST', '/v1/vault-keys', {
    agentType: 'billing',
    policyId: id,
  });
  await system.admin('POST', `/v1/vault-keys/${key.id}/children`, { runId: 'r1' });
  const paid = await pay(system, key);
  expect(paid.status).toBe(200);
  await system.foldedUp();
  const call = paid.headers.get('keybrake-reservation-id') ?? '';
  for (const path of [`/v1/audit/${call}`, `/v1/reservations/${call}`, `/v1/balances?vaultKeyId=${key.id}`]) {
    await system.admin('GET', path);
  }
  await system.admin('POST', '/v1/policy-simulations', { policy, policyId: id });
  const { data } = await system.admin<{ data: { id: string; provider: string }[] }>('GET', '/v1/credentials');
  const resend = data.find(({ provider }) => provider === 'resend');
  await system.admin('POST', `/v1/credentials/${resend?.id}/rotate`, { secret: 're_another_one' });
  const token = await system.admin<{ id: string; token: string }>('POST', '/v1/tokens', {
    name: 'one',
    role: 'viewer',
  });
  const signIn = { method: 'POST', body: JSON.stringify({ token: token.token }) };
  expect(await answers(system, '/v1/sessions', signIn)).toBeLessThan(300);
  await system.admin('POST', `/v1/tokens/${token.id}/revoke`);
  const once = { 'idempotency-key': 'once', authorization: `Bearer ${system.adminToken}` };
  const issue = { method: 'POST', headers: { ...once, 'content-type': 'application/json' } };
  const body = JSON.stringify({ agentType: 'billing', policyId: id });
  for (const _attempt of [1, 2]) expect(await answers(system, '/v1/vault-keys', { ...issue, body })).toBe(201);
}

/** Made, told, told again, changed and removed. */
export async function webhooks(system: System): Promise<void> {
  const receiver = await WebhookReceiver.start();
  const webhook = await system.admin<{ id: string; secret: string }>('POST', '/v1/webhooks', { url: receiver.url });
  receiver.secrets = [webhook.secret];
  const path = `/v1/webhooks/${webhook.id}`;
  await system.admin('POST', `${path}/test`);
  const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '10000' });
  await system.admin('POST', `/v1/vault-keys/${key.id}/revoke`);
  const deliveries = () => system.admin<{ data: { id: string; state: string }[] }>('GET', `${path}/deliveries`);
  const { data } = await eventually(
    'both alerts to be delivered',
    deliveries,
    (seen) => seen.data.filter(({ state }) => state === 'delivered').length >= 2,
    30_000,
  );
  await system.admin('POST', `${path}/deliveries/${data[0]?.id}/redeliver`);
  await system.admin('POST', `${path}/rotate-secret`);
  await system.admin('PUT', path, { url: receiver.url, types: ['key.revoked'] });
  expect(await answers(system, path, { method: 'DELETE' })).toBeLessThan(300);
  await receiver.stop();
}
