import type { CredentialId, ProviderId } from '@keybrake/domain';
import type { ProviderCredential } from '@keybrake/providers';
import type { Page, PageRequest, StoredCredential } from '../ports/governance-store.js';
import { type Actor, checkPage, type GovernancePorts, noteOf } from './governance.js';
import { GovernanceError, notFound, type Problem, refuseProblems } from './governance-error.js';
import { nameProblems, unknownProvider } from './policy-rules.js';

export interface CredentialDraft {
  readonly provider: ProviderId;
  readonly credential: ProviderCredential;
  readonly label: string | undefined;
}

// They end up in a header and, for Twilio, in a path: nothing but plain characters.
const SECRET = /^[\x21-\x7e]{1,512}$/;
const HINT_LENGTH = 4;
const HINTED_FROM_LENGTH = 16;

/** Stores a real provider key, sealed. It can be used and replaced, never read again. */
export async function putCredential(
  ports: GovernancePorts,
  actor: Actor,
  draft: CredentialDraft,
): Promise<StoredCredential> {
  refuseProblems(credentialProblems(ports, draft));
  const id = `cred_${ports.secrets.newId()}` as CredentialId;
  const { provider, label, credential } = draft;
  return storeVersion(ports, actor, credential, { id, provider, label, version: 1, createdAtMs: undefined });
}

/**
 * The account's credential of this id is this real key afterwards: made, rotated, or left as it is. For a start that
 * reads keys from its configuration.
 */
export async function ensureCredential(
  ports: GovernancePorts,
  actor: Actor,
  id: CredentialId,
  draft: CredentialDraft,
): Promise<StoredCredential> {
  refuseProblems(credentialProblems(ports, draft));
  const { provider, label, credential } = draft;
  const { accountId } = actor;
  const known = await ports.store.findSealedCredential(accountId, id);
  if (known === undefined) {
    return storeVersion(ports, actor, credential, { id, provider, label, version: 1, createdAtMs: undefined });
  }
  const { version } = known.credential;
  const opened = await ports.cipher.open({ accountId, provider, credentialId: id, version }, known.sealed);
  if (opened.secret === credential.secret && opened.accountSid === credential.accountSid) return known.credential;
  return storeVersion(ports, actor, credential, { ...known.credential, version: version + 1 });
}

/** The next version: in use for every call within a minute, while calls under way end with the earlier one. */
export async function rotateCredential(
  ports: GovernancePorts,
  actor: Actor,
  credentialId: CredentialId,
  credential: ProviderCredential,
): Promise<StoredCredential> {
  const current = await getCredential(ports, actor, credentialId);
  refuseProblems(credentialProblems(ports, { ...current, credential }));
  return storeVersion(ports, actor, credential, { ...current, version: current.version + 1 });
}

export async function getCredential(
  ports: Pick<GovernancePorts, 'store'>,
  actor: Pick<Actor, 'accountId'>,
  credentialId: CredentialId,
): Promise<StoredCredential> {
  const stored = await ports.store.findCredential(actor.accountId, credentialId);
  if (stored === undefined) throw notFound('credential', credentialId);
  return stored;
}

export async function listCredentials(
  ports: Pick<GovernancePorts, 'store'>,
  actor: Pick<Actor, 'accountId'>,
  provider: ProviderId | undefined,
  page: PageRequest,
): Promise<Page<StoredCredential>> {
  checkPage(page);
  return ports.store.listCredentials(actor.accountId, provider, page);
}

type Version = Pick<StoredCredential, 'id' | 'provider' | 'label' | 'version'> & {
  readonly createdAtMs: number | undefined;
};

async function storeVersion(
  ports: GovernancePorts,
  actor: Actor,
  credential: ProviderCredential,
  described: Version,
): Promise<StoredCredential> {
  const { accountId } = actor;
  const { id, provider, label, version } = described;
  const sealed = await ports.cipher.seal({ accountId, provider, credentialId: id, version }, credential);
  const action = version === 1 ? 'credential.created' : 'credential.rotated';
  const note = noteOf(ports, actor, action, id, { provider, label, version });
  const stored: StoredCredential = {
    id,
    accountId,
    provider,
    label,
    version,
    hint: hintOf(credential.secret),
    createdAtMs: described.createdAtMs ?? note.atMs,
    rotatedAtMs: note.atMs,
  };
  if (await ports.store.insertCredentialVersion(stored, sealed, note)) return stored;
  throw new GovernanceError('conflict', `${id} was rotated meanwhile; try again.`);
}

// Of a short secret even four characters would say too much.
function hintOf(secret: string): string {
  return secret.length < HINTED_FROM_LENGTH ? '' : secret.slice(-HINT_LENGTH);
}

function credentialProblems(
  { providers }: Pick<GovernancePorts, 'providers'>,
  { provider, credential, label }: CredentialDraft,
): readonly Problem[] {
  const known = providers.find(provider);
  if (known === undefined) return [unknownProvider(providers, provider)];
  const { secret, accountSid } = credential;
  const problems: Problem[] = label === undefined ? [] : [...nameProblems('/label', label)];
  if (!SECRET.test(secret)) {
    problems.push({ pointer: '/secret', detail: 'A secret is 1 to 512 printable characters with no spaces.' });
  } else if (secret.startsWith('vk_')) {
    problems.push({ pointer: '/secret', detail: `This is a vault key; the key that ${provider} gave you is needed.` });
  }
  const { account } = known;
  if (account !== undefined && (accountSid === undefined || !account.pattern.test(accountSid))) {
    problems.push({ pointer: '/accountSid', detail: account.hint });
  }
  if (account === undefined && accountSid !== undefined) {
    problems.push({
      pointer: '/accountSid',
      detail: `A key of ${provider} has no account id beside it; leave it out.`,
    });
  }
  return problems;
}
