import type { AccountId } from '@keybrake/domain';
import type { ProviderRegistry } from '@keybrake/providers';
import type { AdmissionStore } from '../ports/admission-store.js';
import type { CredentialCipher } from '../ports/credential-cipher.js';
import type { Digests } from '../ports/digests.js';
import type { GovernanceAction, GovernanceNote, GovernanceStore, PageRequest } from '../ports/governance-store.js';
import type { Runtime } from '../ports/runtime.js';
import type { Secrets } from '../ports/secrets.js';
import { refuseProblems } from './governance-error.js';

export interface GovernancePorts {
  readonly providers: Pick<ProviderRegistry, 'find' | 'all'>;
  readonly store: GovernanceStore;
  readonly admission: Pick<AdmissionStore, 'putKey' | 'putPolicyVersion' | 'setAccountFrozen'>;
  readonly cipher: CredentialCipher;
  readonly digests: Pick<Digests, 'secretHash' | 'isHashOf'>;
  readonly secrets: Secrets;
  readonly runtime: Pick<Runtime, 'nowMs' | 'newEventId'>;
}

/** Who asks. Everything is looked up within the account. */
export interface Actor {
  readonly accountId: AccountId;
  /** `token:<id>`, `vault_key:<id>`, `operator` or `system`; kept with each change. */
  readonly name: string;
}

export const PAGE_LIMIT_MAX = 200;

export function checkPage(page: PageRequest): void {
  const isRight = Number.isInteger(page.limit) && page.limit >= 1 && page.limit <= PAGE_LIMIT_MAX;
  refuseProblems(isRight ? [] : [{ pointer: '/limit', detail: `limit must be 1 to ${PAGE_LIMIT_MAX}.` }]);
}

export function noteOf(
  ports: Pick<GovernancePorts, 'runtime'>,
  actor: Actor,
  action: GovernanceAction,
  subject: string,
  detail: GovernanceNote['detail'] = {},
): GovernanceNote {
  const { runtime } = ports;
  return {
    id: runtime.newEventId(),
    accountId: actor.accountId,
    actor: actor.name,
    action,
    subject,
    detail,
    atMs: runtime.nowMs(),
  };
}
