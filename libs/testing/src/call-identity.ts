import type { CallIdentity, PolicyId, VaultKeyId } from '@keybrake/domain';

/** Who calls what, for events that a test makes: a charge by key `k1`, of no amount unless told. */
export function callIdentity({
  vaultKeyId = 'k1',
  ...more
}: Partial<Omit<CallIdentity, 'vaultKeyId'>> & { readonly vaultKeyId?: string } = {}): CallIdentity {
  return {
    vaultKeyId: vaultKeyId as VaultKeyId,
    rootKeyId: vaultKeyId as VaultKeyId,
    agentType: 'billing',
    runId: undefined,
    provider: 'stripe',
    operation: 'charges:write',
    endpoint: 'POST /v1/charges',
    policyId: 'pol_1' as PolicyId,
    policyVersion: 1,
    timeZone: 'UTC',
    idempotencyKey: undefined,
    amount: undefined,
    direction: undefined,
    ...more,
  };
}
