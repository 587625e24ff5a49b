import type {
  AccountId,
  CredentialId,
  JsonValue,
  Policy,
  PolicyId,
  ProviderId,
  RunId,
  VaultKey,
  VaultKeyId,
} from '@keybrake/domain';
import type { AdmissionKey } from './admission-store.js';

/** A place in a list: lists run from the newest to the oldest, by time and then id. */
export interface Cursor {
  readonly createdAtMs: number;
  readonly id: string;
}

export interface PageRequest {
  /** 1 to 200. */
  readonly limit: number;
  /** Undefined: from the newest. */
  readonly after: Cursor | undefined;
}

export interface Page<T> {
  readonly data: readonly T[];
  /** Undefined on the last page. */
  readonly next: Cursor | undefined;
}

/** One change, kept in the same transaction as the change itself. `detail` never holds a secret. */
export interface GovernanceNote {
  readonly id: string;
  readonly accountId: AccountId;
  /** `token:<id>` or `system`. */
  readonly actor: string;
  readonly action: GovernanceAction;
  /** Id of what was changed. */
  readonly subject: string;
  readonly detail: { readonly [name: string]: JsonValue | undefined };
  readonly atMs: number;
}

export type GovernanceAction =
  | 'account.created'
  | 'account.thawed'
  | 'policy.created'
  | 'policy.revised'
  | 'vault_key.issued'
  | 'vault_key.revoked'
  | 'credential.created'
  | 'credential.rotated'
  | 'token.issued'
  | 'token.revoked'
  | 'session.opened'
  | 'session.ended'
  | 'approval.approved'
  | 'approval.denied'
  | 'webhook.created'
  | 'webhook.revised'
  | 'webhook.secret_rotated'
  | 'webhook.removed';

export interface StoredPolicy {
  readonly policy: Policy;
  /** When the first version was made. */
  readonly createdAtMs: number;
  /** When this version was made. */
  readonly versionCreatedAtMs: number;
}

export interface StoredVaultKey {
  readonly key: VaultKey;
  readonly provider: ProviderId;
  readonly createdAtMs: number;
  /** The key's own revocation. */
  readonly revokedAtMs: number | undefined;
  /** When the key or the first of its ancestors was revoked: from then on it is dead (R7). */
  readonly lineRevokedAtMs: number | undefined;
}

export interface VaultKeyFilter {
  readonly agentType?: string | undefined;
  readonly policyId?: PolicyId | undefined;
  readonly parentId?: VaultKeyId | undefined;
  readonly boundRunId?: RunId | undefined;
  /** As of now: `expired` ones were not revoked. */
  readonly state?: { readonly is: VaultKeyState; readonly nowMs: number } | undefined;
  /** Text in id, agent type or label; upper and lower case are the same. */
  readonly search?: string | undefined;
}

export const VAULT_KEY_STATES = ['live', 'revoked', 'expired'] as const;
export type VaultKeyState = (typeof VAULT_KEY_STATES)[number];

/** In the order of their names. */
export interface AgentTypePage {
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface AgentTypeSummary {
  readonly agentType: string;
  /** Keys ever made. */
  readonly keys: number;
  /** Neither revoked nor expired, nor an ancestor of theirs. */
  readonly liveKeys: number;
}

/** The public side of a credential; its secret only leaves through the vault directory. */
export interface StoredCredential {
  readonly id: CredentialId;
  readonly accountId: AccountId;
  readonly provider: ProviderId;
  readonly label: string | undefined;
  readonly version: number;
  /** Last characters of the real key, to recognise it by. */
  readonly hint: string;
  readonly createdAtMs: number;
  /** When this version was stored. */
  readonly rotatedAtMs: number;
}

export interface SealedCredential {
  readonly credential: StoredCredential;
  readonly sealed: string;
}

export const TOKEN_ROLES = ['viewer', 'operator', 'admin'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

export interface StoredToken {
  readonly id: string;
  readonly accountId: AccountId;
  readonly name: string;
  readonly role: TokenRole;
  readonly secretHash: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | undefined;
  readonly revokedAtMs: number | undefined;
  readonly lastUsedAtMs: number | undefined;
}

/** A sign-in of the dashboard. */
export interface StoredSession {
  readonly id: string;
  readonly accountId: AccountId;
  /** Undefined for a person whom an identity provider has vouched for. */
  readonly tokenId: string | undefined;
  /** Name of the token, or of the person. */
  readonly subject: string;
  readonly role: TokenRole;
  readonly secretHash: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Signed out, or its token was revoked. */
  readonly endedAtMs: number | undefined;
}

/**
 * Accounts, policies, keys, credentials, tokens and sessions: the record of what was granted. The admission store is told after
 * it. Every write is one transaction together with its note. Throws `DependencyUnavailable`.
 */
export interface GovernanceStore
  extends AccountRecords,
    PolicyRecords,
    VaultKeyRecords,
    CredentialRecords,
    TokenRecords,
    SessionRecords {}

export interface AccountRecords {
  /** False when the account exists. */
  insertAccount(accountId: AccountId, atMs: number, note: GovernanceNote): Promise<boolean>;
  accountExists(accountId: AccountId): Promise<boolean>;
  /** Undefined when it is not frozen. */
  frozenReason(accountId: AccountId): Promise<string | undefined>;
  thawAccount(accountId: AccountId, note: GovernanceNote): Promise<void>;
}

export interface PolicyRecords {
  /** False when that version exists: somebody else was first. */
  insertPolicyVersion(policy: Policy, atMs: number, note: GovernanceNote): Promise<boolean>;
  /** The current version unless one is named. */
  findPolicy(accountId: AccountId, policyId: PolicyId, version?: number): Promise<StoredPolicy | undefined>;
  /** The version that was current at a time. */
  findPolicyAt(accountId: AccountId, policyId: PolicyId, atMs: number): Promise<StoredPolicy | undefined>;
  /** Current versions. */
  listPolicies(accountId: AccountId, page: PageRequest): Promise<Page<StoredPolicy>>;
  /** Newest first. The cursor's id is the version as text. */
  listPolicyVersions(accountId: AccountId, policyId: PolicyId, page: PageRequest): Promise<Page<StoredPolicy>>;
  /** Current version numbers over all accounts, in the order of account and policy, after the one named. */
  policyVersionsAfter(last: PolicyVersionRef | undefined, limit: number): Promise<readonly PolicyVersionRef[]>;
}

export interface PolicyVersionRef {
  readonly accountId: AccountId;
  readonly policyId: PolicyId;
  readonly version: number;
}

export interface VaultKeyRecords {
  insertVaultKey(stored: StoredVaultKey, note: GovernanceNote): Promise<void>;
  findVaultKey(accountId: AccountId, keyId: VaultKeyId): Promise<StoredVaultKey | undefined>;
  listVaultKeys(accountId: AccountId, filter: VaultKeyFilter, page: PageRequest): Promise<Page<StoredVaultKey>>;
  /** The time that counts: an earlier revocation keeps its own. Undefined: no such key. */
  revokeVaultKey(accountId: AccountId, keyId: VaultKeyId, note: GovernanceNote): Promise<number | undefined>;
  listAgentTypes(accountId: AccountId, nowMs: number, page: AgentTypePage): Promise<readonly AgentTypeSummary[]>;
  /** Over all accounts, in the order of account and key, after the one named. */
  admissionKeysAfter(
    last: Pick<AdmissionKey, 'accountId' | 'keyId'> | undefined,
    limit: number,
  ): Promise<readonly AdmissionKey[]>;
}

export interface CredentialRecords {
  /** Makes the credential, or its next version. False when that version exists already. */
  insertCredentialVersion(credential: StoredCredential, sealed: string, note: GovernanceNote): Promise<boolean>;
  findCredential(accountId: AccountId, credentialId: CredentialId): Promise<StoredCredential | undefined>;
  /** The current version as it is sealed. */
  findSealedCredential(accountId: AccountId, credentialId: CredentialId): Promise<SealedCredential | undefined>;
  listCredentials(
    accountId: AccountId,
    provider: ProviderId | undefined,
    page: PageRequest,
  ): Promise<Page<StoredCredential>>;
}

export interface TokenRecords {
  insertToken(token: StoredToken, note: GovernanceNote): Promise<void>;
  findToken(tokenId: string): Promise<StoredToken | undefined>;
  listTokens(accountId: AccountId, page: PageRequest): Promise<Page<StoredToken>>;
  /** As `revokeVaultKey`. */
  revokeToken(accountId: AccountId, tokenId: string, note: GovernanceNote): Promise<number | undefined>;
  touchToken(tokenId: string, atMs: number): Promise<void>;
}

export interface SessionRecords {
  insertSession(session: StoredSession, note: GovernanceNote): Promise<void>;
  findSession(sessionId: string): Promise<StoredSession | undefined>;
  endSession(sessionId: string, note: GovernanceNote): Promise<void>;
}
