import type { IssuedKey, KeyWish } from './account.ts';

interface AdminAccess {
  readonly adminUrl: string;
  readonly adminToken: string;
}

/** A request that has to succeed; its JSON. */
export async function askAdmin<T>(access: AdminAccess, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${access.adminUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${access.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? (method === 'POST' ? { body: '{}' } : {}) : { body: JSON.stringify(body) }),
  });
  if (response.ok) return (await response.json()) as T;
  throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
}

/** A key under a policy of its own, with a cap a day. */
export async function issueKey(access: AdminAccess, wish: KeyWish): Promise<IssuedKey> {
  const { provider = 'stripe', agentType = 'billing', allowedOperations, capMinor, policy = {} } = wish;
  const made = await askAdmin<{ id: string }>(access, 'POST', '/v1/policies', {
    name: `test ${agentType}`,
    provider,
    allowedOperations,
    caps: [{ scope: 'key', window: 'day', currency: 'usd', limitMinor: capMinor }],
    ...policy,
  });
  return askAdmin<IssuedKey>(access, 'POST', '/v1/vault-keys', { agentType, policyId: made.id });
}
