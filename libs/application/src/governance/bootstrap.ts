import {
  type AccountId,
  type BuiltInProviderId,
  type CredentialId,
  type PolicyId,
  parseVaultKey,
} from '@keybrake/domain';
import type { ProviderCredential } from '@keybrake/providers';
import type { StoredPolicy } from '../ports/governance-store.js';
import { ensureCredential } from './credentials.js';
import { DEMO_GRANTS, DEMO_REFUNDS, type DemoPolicy } from './demo-policies.js';
import type { Actor, GovernancePorts } from './governance.js';
import { ensureAccount } from './operator-token.js';
import { ensurePolicy } from './policies.js';
import { authenticateToken, issueToken } from './tokens.js';
import { issueVaultKey } from './vault-keys.js';

export interface BootstrapRequest {
  readonly accountId: AccountId;
  /** The real keys, or the simulator's; a changed one is rotated in. */
  readonly credentials: ReadonlyMap<BuiltInProviderId, ProviderCredential>;
  /** What an earlier start returned and its caller kept: reused while it is good, replaced when it is not. */
  readonly earlier: Partial<Pick<Bootstrapped, 'adminToken' | 'vaultKeys'>> | undefined;
}

/** Key texts are returned in clear only here: the caller keeps them for the next start. */
export interface Bootstrapped {
  readonly adminToken: string;
  readonly vaultKeys: ReadonlyMap<BuiltInProviderId, string>;
  readonly policyIds: ReadonlyMap<BuiltInProviderId, PolicyId>;
  /** For a `billing` agent; undefined without Stripe. */
  readonly refundsPolicyId: PolicyId | undefined;
}

/**
 * What a first call needs: an account, an admin token, and for each provider a credential, a policy and a vault key.
 * Idempotent: ids are fixed, and policies that somebody revised stay as they are. Run `republishAdmission` before it.
 */
export async function bootstrapAccount(ports: GovernancePorts, request: BootstrapRequest): Promise<Bootstrapped> {
  const actor: Actor = { accountId: request.accountId, name: 'system' };
  await ensureAccount(ports, actor);
  const policyIds = new Map<BuiltInProviderId, PolicyId>();
  const vaultKeys = new Map<BuiltInProviderId, string>();
  for (const [provider, credential] of request.credentials) {
    const credentialId = `cred_demo${provider}` as CredentialId;
    await ensureCredential(ports, actor, credentialId, { provider, credential, label: `${provider} at start` });
    const { policy } = await ensureDemoPolicy(ports, actor, DEMO_GRANTS[provider]);
    policyIds.set(provider, policy.id);
    const earlierKey = request.earlier?.vaultKeys?.get(provider);
    vaultKeys.set(
      provider,
      (await goodKey(ports, actor, provider, earlierKey)) ??
        (await demoKey(ports, actor, provider, policy.id, credentialId)),
    );
  }
  const refunds = request.credentials.has('stripe') ? await ensureDemoPolicy(ports, actor, DEMO_REFUNDS) : undefined;
  const adminToken = await adminTokenFor(ports, actor, request.earlier?.adminToken);
  return { adminToken, vaultKeys, policyIds, refundsPolicyId: refunds?.policy.id };
}

function ensureDemoPolicy(ports: GovernancePorts, actor: Actor, { slug, draft }: DemoPolicy): Promise<StoredPolicy> {
  return ensurePolicy(ports, actor, `pol_demo${slug}` as PolicyId, draft);
}

/** The text itself when it is a live key of this account and provider. */
async function goodKey(
  ports: GovernancePorts,
  actor: Actor,
  provider: BuiltInProviderId,
  text: string | undefined,
): Promise<string | undefined> {
  const presented = text === undefined ? undefined : parseVaultKey(text);
  if (presented === undefined || presented.accountId !== actor.accountId) return undefined;
  const stored = await ports.store.findVaultKey(actor.accountId, presented.keyId);
  if (stored === undefined || stored.provider !== provider || stored.lineRevokedAtMs !== undefined) return undefined;
  const { secretHash, expiresAtMs } = stored.key;
  if (expiresAtMs !== undefined && expiresAtMs <= ports.runtime.nowMs()) return undefined;
  if (!ports.digests.isHashOf(secretHash, presented.secret)) return undefined;
  const { accountId, keyId } = presented;
  await ports.admission.putKey({ accountId, keyId, expiresAtMs, revokedAtMs: undefined });
  return text;
}

async function demoKey(
  ports: GovernancePorts,
  actor: Actor,
  provider: BuiltInProviderId,
  policyId: PolicyId,
  credentialId: CredentialId,
): Promise<string> {
  const { agentType } = DEMO_GRANTS[provider];
  const draft = { agentType, policyId, credentialId, label: 'demo', expiresAtMs: undefined };
  return (await issueVaultKey(ports, actor, draft)).vaultKey;
}

async function adminTokenFor(ports: GovernancePorts, actor: Actor, earlier: string | undefined): Promise<string> {
  const identity = earlier === undefined ? undefined : await authenticateToken(ports, earlier);
  if (earlier !== undefined && identity?.role === 'admin' && identity.accountId === actor.accountId) return earlier;
  return (await issueToken(ports, actor, { name: 'first start', role: 'admin', expiresAtMs: undefined })).token;
}
