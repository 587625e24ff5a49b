import {
  type CredentialId,
  formatVaultKey,
  type Policy,
  type PolicyId,
  type RunId,
  type VaultKey,
  type VaultKeyId,
} from '@keybrake/domain';
import type {
  AgentTypePage,
  AgentTypeSummary,
  Page,
  PageRequest,
  StoredCredential,
  StoredVaultKey,
  VaultKeyFilter,
} from '../ports/governance-store.js';
import { type ChildLimits, wideningProblems } from './attenuation.js';
import { type Actor, checkPage, type GovernancePorts, noteOf } from './governance.js';
import { GovernanceError, notFound, type Problem, refuseProblems } from './governance-error.js';
import { getPolicy } from './policies.js';
import { capProblems, nameProblems, operationProblems } from './policy-rules.js';

export interface VaultKeyDraft {
  readonly agentType: string;
  readonly policyId: PolicyId;
  /** Undefined: the account's only credential of the policy's provider. */
  readonly credentialId: CredentialId | undefined;
  readonly label: string | undefined;
  readonly expiresAtMs: number | undefined;
}

export interface ChildKeyDraft extends ChildLimits {
  readonly runId: RunId;
  readonly label: string | undefined;
}

export interface IssuedVaultKey {
  readonly stored: StoredVaultKey;
  /** `vk_…`: shown this once; only a hash is kept. */
  readonly vaultKey: string;
}

/** What making a key takes. */
export type KeyPorts = Omit<GovernancePorts, 'cipher'>;

const AGENT_TYPE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const LINEAGE_MAX = 8;

/** Usable once this returns. After `DependencyUnavailable` the key may be listed, but then never works: issue another. */
export async function issueVaultKey(
  ports: GovernancePorts,
  actor: Actor,
  draft: VaultKeyDraft,
): Promise<IssuedVaultKey> {
  refuseProblems([
    ...(AGENT_TYPE.test(draft.agentType)
      ? []
      : [{ pointer: '/agentType', detail: 'An agent type is 1 to 63 letters, digits and . _ - such as billing.' }]),
    ...labelAndExpiryProblems(ports, draft),
  ]);
  const { policy } = await referenced('/policyId', () => getPolicy(ports, actor, draft.policyId));
  const credential = await credentialFor(ports, actor, policy, draft.credentialId);
  return storeKey(ports, actor, policy, (id, secretHash) => ({
    id,
    accountId: actor.accountId,
    secretHash,
    agentType: draft.agentType,
    label: draft.label,
    policyId: policy.id,
    credentialId: credential.id,
    parentId: undefined,
    lineage: [id],
    boundRunId: undefined,
    attenuations: [],
    expiresAtMs: draft.expiresAtMs,
  }));
}

/** A key for one run, narrower than its parent or like it: never wider (`widening`). Dies with its parent. */
export async function mintChild(
  ports: KeyPorts,
  actor: Actor,
  parentId: VaultKeyId,
  draft: ChildKeyDraft,
): Promise<IssuedVaultKey> {
  const parent = await getVaultKey(ports, actor, parentId);
  const { policy } = await getPolicy(ports, actor, parent.key.policyId);
  const operations = ports.providers.find(policy.provider)?.operations ?? [];
  refuseDeadParent(ports, parent);
  refuseProblems([
    ...operationProblems(draft.allowedOperations ?? [], operations),
    ...capProblems(draft.caps),
    ...labelAndExpiryProblems(ports, draft),
  ]);
  refuseProblems(
    [...runProblems(parent.key, draft.runId), ...wideningProblems(policy, operations, parent.key, draft)],
    'widening',
  );
  const { caps, allowedOperations } = draft;
  return storeKey(ports, actor, policy, (id, secretHash) => ({
    ...parent.key,
    id,
    secretHash,
    label: draft.label,
    parentId,
    lineage: [id, ...parent.key.lineage],
    boundRunId: draft.runId,
    attenuations: [{ keyId: id, caps, allowedOperations }, ...parent.key.attenuations],
    expiresAtMs: draft.expiresAtMs ?? parent.key.expiresAtMs,
  }));
}

/**
 * The kill switch. Returns once no gateway launches another call of the key or its descendants (R7). When it throws
 * `DependencyUnavailable` the revocation may be recorded but not in force: repeat it, that is safe.
 */
export async function revokeVaultKey(
  ports: GovernancePorts,
  actor: Actor,
  keyId: VaultKeyId,
): Promise<{ readonly id: VaultKeyId; readonly revokedAtMs: number }> {
  const { accountId } = actor;
  const revokedAtMs = await ports.store.revokeVaultKey(
    accountId,
    keyId,
    noteOf(ports, actor, 'vault_key.revoked', keyId),
  );
  if (revokedAtMs === undefined) throw notFound('vault key', keyId);
  const { key } = await getVaultKey(ports, actor, keyId);
  await ports.admission.putKey({ accountId, keyId, expiresAtMs: key.expiresAtMs, revokedAtMs });
  return { id: keyId, revokedAtMs };
}

export async function getVaultKey(
  ports: Pick<GovernancePorts, 'store'>,
  actor: Pick<Actor, 'accountId'>,
  keyId: VaultKeyId,
): Promise<StoredVaultKey> {
  const stored = await ports.store.findVaultKey(actor.accountId, keyId);
  if (stored === undefined) throw notFound('vault key', keyId);
  return stored;
}

export async function listVaultKeys(
  ports: Pick<GovernancePorts, 'store'>,
  actor: Pick<Actor, 'accountId'>,
  filter: VaultKeyFilter,
  page: PageRequest,
): Promise<Page<StoredVaultKey>> {
  checkPage(page);
  return ports.store.listVaultKeys(actor.accountId, filter, page);
}

export async function listAgentTypes(
  ports: Pick<GovernancePorts, 'store' | 'runtime'>,
  actor: Pick<Actor, 'accountId'>,
  page: AgentTypePage,
): Promise<readonly AgentTypeSummary[]> {
  return ports.store.listAgentTypes(actor.accountId, ports.runtime.nowMs(), page);
}

/** The record first, then the admission store: a crash between leaves a listed key that `republishAdmission` repairs. */
async function storeKey(
  ports: KeyPorts,
  actor: Actor,
  policy: Policy,
  describe: (id: VaultKeyId, secretHash: string) => VaultKey,
): Promise<IssuedVaultKey> {
  const secret = ports.secrets.newSecret();
  const key = describe(ports.secrets.newId() as VaultKeyId, ports.digests.secretHash(secret));
  const { id: keyId, accountId, agentType, parentId, boundRunId, expiresAtMs } = key;
  const detail = { agentType, policyId: policy.id, parentId, runId: boundRunId, expiresAtMs };
  const note = noteOf(ports, actor, 'vault_key.issued', keyId, detail);
  const stored: StoredVaultKey = {
    key,
    provider: policy.provider,
    createdAtMs: note.atMs,
    revokedAtMs: undefined,
    lineRevokedAtMs: undefined,
  };
  await ports.store.insertVaultKey(stored, note);
  await ports.admission.putKey({ accountId, keyId, expiresAtMs, revokedAtMs: undefined });
  return { stored, vaultKey: formatVaultKey(accountId, keyId, secret) };
}

async function credentialFor(
  ports: GovernancePorts,
  actor: Actor,
  policy: Policy,
  credentialId: CredentialId | undefined,
): Promise<StoredCredential> {
  const { store } = ports;
  const pointer = '/credentialId';
  const { accountId } = actor;
  if (credentialId === undefined) {
    const { data } = await store.listCredentials(accountId, policy.provider, { limit: 2, after: undefined });
    const [only, another] = data;
    if (only !== undefined && another === undefined) return only;
    const many = only === undefined ? 'no credential' : 'several credentials';
    throw invalid(pointer, `The account has ${many} for ${policy.provider}: name the one to use.`);
  }
  const found = await store.findCredential(accountId, credentialId);
  if (found === undefined) throw invalid(pointer, `There is no credential ${credentialId}.`);
  if (found.provider === policy.provider) return found;
  throw invalid(pointer, `${credentialId} is for ${found.provider}, the policy for ${policy.provider}.`);
}

const invalid = (pointer: string, detail: string) => new GovernanceError('invalid', detail, [{ pointer, detail }]);

/** What a request refers to and is not there makes the request wrong, not its address. */
async function referenced<T>(pointer: string, find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof GovernanceError && error.code === 'not_found') throw invalid(pointer, error.message);
    throw error;
  }
}

function labelAndExpiryProblems(
  ports: Pick<GovernancePorts, 'runtime'>,
  draft: Pick<VaultKeyDraft, 'label' | 'expiresAtMs'>,
): readonly Problem[] {
  const { label, expiresAtMs } = draft;
  const isPast =
    expiresAtMs !== undefined && !(Number.isSafeInteger(expiresAtMs) && expiresAtMs > ports.runtime.nowMs());
  return [
    ...(label === undefined ? [] : nameProblems('/label', label)),
    ...(isPast ? [{ pointer: '/expiresAtMs', detail: 'The expiry must be in the future.' }] : []),
  ];
}

function refuseDeadParent(ports: Pick<GovernancePorts, 'runtime'>, { key, lineRevokedAtMs }: StoredVaultKey): void {
  if (lineRevokedAtMs !== undefined) throw new GovernanceError('conflict', `${key.id} is revoked.`);
  if (key.expiresAtMs !== undefined && key.expiresAtMs <= ports.runtime.nowMs()) {
    throw new GovernanceError('conflict', `${key.id} has expired.`);
  }
  if (key.lineage.length >= LINEAGE_MAX) {
    throw new GovernanceError('conflict', `${key.id} has ${LINEAGE_MAX - 1} ancestors; no key may have more.`);
  }
}

function runProblems(parent: VaultKey, runId: RunId): readonly Problem[] {
  if (parent.boundRunId === undefined || parent.boundRunId === runId) return [];
  return [{ pointer: '/runId', detail: `The parent speaks for run ${parent.boundRunId} only.` }];
}
