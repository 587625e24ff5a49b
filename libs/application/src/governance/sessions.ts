import type { AccountId } from '@keybrake/domain';
import type { StoredSession, TokenRole } from '../ports/governance-store.js';
import { type Actor, type GovernancePorts, noteOf } from './governance.js';
import type { TokenIdentity } from './tokens.js';

/** Who a browser speaks for. Ends by itself, with sign-out, and with the token that it was opened with. */
export interface SessionIdentity extends TokenIdentity {
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

/** A person whom an identity provider has vouched for. */
export interface Person {
  readonly accountId: AccountId;
  /** For the record of changes: a name or an address. */
  readonly subject: string;
  readonly role: TokenRole;
}

export interface OpenedSession {
  readonly identity: SessionIdentity;
  /** `kbs_<id>_<secret>`: goes into a cookie; only a hash is kept. */
  readonly text: string;
}

const SESSION_MAX_MS = 12 * 3_600_000;
const SESSION_TEXT = /^kbs_([a-z0-9]{16})_([A-Za-z0-9_-]{43})$/;

/** A session of a token, not longer than the token. */
export function openTokenSession(
  ports: GovernancePorts,
  token: TokenIdentity & { readonly expiresAtMs: number | undefined },
): Promise<OpenedSession> {
  const { accountId, tokenId, tokenName: subject, role } = token;
  return openSession(ports, token, { accountId, tokenId, subject, role }, token.expiresAtMs);
}

/** A session of a person without a token. */
export function openPersonSession(ports: GovernancePorts, person: Person): Promise<OpenedSession> {
  const actor: Actor = { accountId: person.accountId, name: actorName(person.subject) };
  return openSession(ports, actor, { ...person, tokenId: undefined }, undefined);
}

async function openSession(
  ports: GovernancePorts,
  actor: Actor,
  who: Pick<StoredSession, 'accountId' | 'tokenId' | 'subject' | 'role'>,
  notAfterMs: number | undefined,
): Promise<OpenedSession> {
  const id = ports.secrets.newId();
  const secret = ports.secrets.newSecret();
  const note = noteOf(ports, actor, 'session.opened', id, { subject: who.subject, role: who.role });
  const stored: StoredSession = {
    ...who,
    id,
    secretHash: ports.digests.secretHash(secret),
    createdAtMs: note.atMs,
    expiresAtMs: Math.min(note.atMs + SESSION_MAX_MS, notAfterMs ?? Number.POSITIVE_INFINITY),
    endedAtMs: undefined,
  };
  await ports.store.insertSession(stored, note);
  return { identity: identityOf(stored), text: `kbs_${id}_${secret}` };
}

/** Undefined for anything but a live session of a live token. */
export async function authenticateSession(
  ports: Pick<GovernancePorts, 'store' | 'digests' | 'runtime'>,
  text: string,
): Promise<SessionIdentity | undefined> {
  const match = SESSION_TEXT.exec(text);
  if (match === null) return undefined;
  const [, sessionId, secret] = match as unknown as [string, string, string];
  const session = await ports.store.findSession(sessionId);
  const matches = ports.digests.isHashOf(session?.secretHash ?? 'no such session', secret);
  if (session === undefined || !matches || session.endedAtMs !== undefined) return undefined;
  return session.expiresAtMs <= ports.runtime.nowMs() ? undefined : identityOf(session);
}

/** Signs out; safe to repeat. */
export async function endSession(
  ports: Pick<GovernancePorts, 'store' | 'runtime'>,
  session: SessionIdentity,
): Promise<void> {
  await ports.store.endSession(session.sessionId, noteOf(ports, session, 'session.ended', session.sessionId));
}

const actorName = (subject: string) => `person:${subject}`;

function identityOf({ id, accountId, tokenId, subject, role, expiresAtMs }: StoredSession): SessionIdentity {
  const name = tokenId === undefined ? actorName(subject) : `token:${tokenId}`;
  return { sessionId: id, accountId, name, tokenId: tokenId ?? id, tokenName: subject, role, expiresAtMs };
}
