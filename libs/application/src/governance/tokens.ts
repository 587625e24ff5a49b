import type { AccountId } from '@keybrake/domain';
import {
  type Page,
  type PageRequest,
  type StoredToken,
  TOKEN_ROLES,
  type TokenRole,
} from '../ports/governance-store.js';
import { type Actor, checkPage, type GovernancePorts, noteOf } from './governance.js';
import { notFound, refuseProblems } from './governance-error.js';
import { nameProblems } from './policy-rules.js';

export interface TokenDraft {
  readonly name: string;
  readonly role: TokenRole;
  readonly expiresAtMs: number | undefined;
}

export interface IssuedToken {
  readonly stored: StoredToken;
  /** `kbt_<id>_<secret>`: shown this once; only a hash is kept. */
  readonly token: string;
}

/** Whose request it is. */
export interface TokenIdentity extends Actor {
  readonly accountId: AccountId;
  readonly tokenId: string;
  readonly tokenName: string;
  readonly role: TokenRole;
}

const TOKEN_TEXT = /^kbt_([a-z0-9]{16})_([A-Za-z0-9_-]{43})$/;
const TOUCH_EVERY_MS = 60_000;

/** What a token is issued with. */
export type TokenPorts = Pick<GovernancePorts, 'store' | 'digests' | 'secrets' | 'runtime'>;

export async function issueToken(ports: TokenPorts, actor: Actor, draft: TokenDraft): Promise<IssuedToken> {
  const { name, role, expiresAtMs } = draft;
  const isPast = expiresAtMs !== undefined && !(expiresAtMs > ports.runtime.nowMs());
  refuseProblems([
    ...nameProblems('/name', name),
    ...(TOKEN_ROLES.includes(role)
      ? []
      : [{ pointer: '/role', detail: `A role is one of ${TOKEN_ROLES.join(', ')}.` }]),
    ...(isPast ? [{ pointer: '/expiresAtMs', detail: 'The expiry must be in the future.' }] : []),
  ]);
  const id = ports.secrets.newId();
  const secret = ports.secrets.newSecret();
  const note = noteOf(ports, actor, 'token.issued', id, { name, role, expiresAtMs });
  const stored: StoredToken = {
    id,
    accountId: actor.accountId,
    name,
    role,
    secretHash: ports.digests.secretHash(secret),
    createdAtMs: note.atMs,
    expiresAtMs,
    revokedAtMs: undefined,
    lastUsedAtMs: undefined,
  };
  await ports.store.insertToken(stored, note);
  return { stored, token: `kbt_${id}_${secret}` };
}

/** Undefined for anything but a live token: unknown, revoked and expired ones look the same. */
export async function authenticateToken(
  ports: Pick<GovernancePorts, 'store' | 'digests' | 'runtime'>,
  text: string,
): Promise<(TokenIdentity & Pick<StoredToken, 'expiresAtMs'>) | undefined> {
  const match = TOKEN_TEXT.exec(text);
  if (match === null) return undefined;
  const [, tokenId, secret] = match as unknown as [string, string, string];
  const token = await ports.store.findToken(tokenId);
  // Hashed and compared for unknown tokens too, so that the time taken tells nothing.
  const matches = ports.digests.isHashOf(token?.secretHash ?? 'no such token', secret);
  if (token === undefined || !matches || token.revokedAtMs !== undefined) return undefined;
  const nowMs = ports.runtime.nowMs();
  if (token.expiresAtMs !== undefined && token.expiresAtMs <= nowMs) return undefined;
  if (nowMs - (token.lastUsedAtMs ?? 0) > TOUCH_EVERY_MS) await ports.store.touchToken(tokenId, nowMs);
  const { accountId, name: tokenName, role, expiresAtMs } = token;
  return { accountId, name: `token:${tokenId}`, tokenId, tokenName, role, expiresAtMs };
}

/** Ends the token at once; a repeat returns the first time. */
export async function revokeToken(
  ports: Pick<GovernancePorts, 'store' | 'runtime'>,
  actor: Actor,
  tokenId: string,
): Promise<{ readonly id: string; readonly revokedAtMs: number }> {
  const note = noteOf(ports, actor, 'token.revoked', tokenId);
  const revokedAtMs = await ports.store.revokeToken(actor.accountId, tokenId, note);
  if (revokedAtMs === undefined) throw notFound('token', tokenId);
  return { id: tokenId, revokedAtMs };
}

export async function listTokens(
  ports: Pick<GovernancePorts, 'store'>,
  actor: Pick<Actor, 'accountId'>,
  page: PageRequest,
): Promise<Page<StoredToken>> {
  checkPage(page);
  return ports.store.listTokens(actor.accountId, page);
}
