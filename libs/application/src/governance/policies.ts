import type { Policy, PolicyId } from '@keybrake/domain';
import type { Page, PageRequest, StoredPolicy } from '../ports/governance-store.js';
import { type Actor, checkPage, type GovernancePorts, noteOf } from './governance.js';
import { GovernanceError, notFound, refuseProblems } from './governance-error.js';
import { type PolicyDraft, policyProblems, sameDraft } from './policy-rules.js';

/** Makes version 1. Throws `GovernanceError` (invalid) and `DependencyUnavailable`. */
export async function createPolicy(ports: GovernancePorts, actor: Actor, draft: PolicyDraft): Promise<StoredPolicy> {
  refuseProblems(policyProblems(ports.providers, draft));
  const id = `pol_${ports.secrets.newId()}` as PolicyId;
  return storeVersion(ports, actor, { ...draft, id, accountId: actor.accountId, version: 1 });
}

/** Makes version 1 under a known id unless the policy is there; what became of it since is left as it is. */
export async function ensurePolicy(
  ports: GovernancePorts,
  actor: Actor,
  id: PolicyId,
  draft: PolicyDraft,
): Promise<StoredPolicy> {
  refuseProblems(policyProblems(ports.providers, draft));
  const { accountId } = actor;
  const known = await ports.store.findPolicy(accountId, id);
  if (known === undefined) return storeVersion(ports, actor, { ...draft, id, accountId, version: 1 });
  await ports.admission.putPolicyVersion(accountId, id, known.policy.version);
  return known;
}

/**
 * Makes the next version; in force for every gateway once this returns. A draft equal to the current version makes none
 * but is put in force again, so a repeat after `DependencyUnavailable` is safe.
 * `expectedVersion`: refuse (changed) when the current one is another.
 */
export async function revisePolicy(
  ports: GovernancePorts,
  actor: Actor,
  policyId: PolicyId,
  draft: PolicyDraft,
  expectedVersion?: number,
): Promise<StoredPolicy> {
  refuseProblems(policyProblems(ports.providers, draft));
  const current = await getPolicy(ports, actor, policyId);
  const { version } = current.policy;
  if (draft.provider !== current.policy.provider) {
    refuseProblems([{ pointer: '/provider', detail: 'A policy keeps its provider; make another policy instead.' }]);
  }
  if (sameDraft(draft, current.policy)) {
    await ports.admission.putPolicyVersion(actor.accountId, policyId, version);
    return current;
  }
  if (expectedVersion !== undefined && expectedVersion !== version) throw revisedMeanwhile(policyId);
  return storeVersion(ports, actor, { ...draft, id: policyId, accountId: actor.accountId, version: version + 1 });
}

/** The record first: the admission store never knows a version that can't be read. */
async function storeVersion(ports: GovernancePorts, actor: Actor, policy: Policy): Promise<StoredPolicy> {
  const action = policy.version === 1 ? 'policy.created' : 'policy.revised';
  const note = noteOf(ports, actor, action, policy.id, { name: policy.name, version: policy.version });
  const inserted = await ports.store.insertPolicyVersion(policy, note.atMs, note);
  if (!inserted) throw revisedMeanwhile(policy.id);
  await ports.admission.putPolicyVersion(actor.accountId, policy.id, policy.version);
  return getPolicy(ports, actor, policy.id, policy.version);
}

function revisedMeanwhile(policyId: PolicyId): GovernanceError {
  return new GovernanceError('changed', `${policyId} was revised meanwhile; read it and try again.`);
}

/** The current version unless one is named. */
export async function getPolicy(
  ports: Pick<GovernancePorts, 'store'>,
  actor: Pick<Actor, 'accountId'>,
  policyId: PolicyId,
  version?: number,
): Promise<StoredPolicy> {
  const stored = await ports.store.findPolicy(actor.accountId, policyId, version);
  if (stored === undefined) throw notFound('policy', version === undefined ? policyId : `${policyId} v${version}`);
  return stored;
}

/** The version that was current then. */
export async function getPolicyAt(
  ports: Pick<GovernancePorts, 'store'>,
  actor: Pick<Actor, 'accountId'>,
  policyId: PolicyId,
  atMs: number,
): Promise<StoredPolicy> {
  const stored = await ports.store.findPolicyAt(actor.accountId, policyId, atMs);
  if (stored === undefined) throw notFound('policy', `${policyId} of ${new Date(atMs).toISOString()}`);
  return stored;
}

export async function listPolicies(
  ports: Pick<GovernancePorts, 'store'>,
  actor: Pick<Actor, 'accountId'>,
  page: PageRequest,
): Promise<Page<StoredPolicy>> {
  checkPage(page);
  return ports.store.listPolicies(actor.accountId, page);
}

/** Newest first. */
export async function listPolicyVersions(
  ports: Pick<GovernancePorts, 'store'>,
  actor: Pick<Actor, 'accountId'>,
  policyId: PolicyId,
  page: PageRequest,
): Promise<Page<StoredPolicy>> {
  checkPage(page);
  await getPolicy(ports, actor, policyId);
  return ports.store.listPolicyVersions(actor.accountId, policyId, page);
}
