import type { AccountId } from '@keybrake/domain';
import { type Actor, type GovernancePorts, noteOf } from './governance.js';
import { issueToken, type TokenPorts } from './tokens.js';

/** Makes the account unless it is there. */
export async function ensureAccount(ports: Pick<GovernancePorts, 'store' | 'runtime'>, actor: Actor): Promise<void> {
  const note = noteOf(ports, actor, 'account.created', actor.accountId);
  await ports.store.insertAccount(actor.accountId, note.atMs, note);
}

/** For who runs the installation: an admin token of the account, which is made if need be. The token is shown this once. */
export async function issueOperatorToken(ports: TokenPorts, accountId: AccountId): Promise<string> {
  const actor: Actor = { accountId, name: 'operator' };
  await ensureAccount(ports, actor);
  return (await issueToken(ports, actor, { name: 'of the operator', role: 'admin', expiresAtMs: undefined })).token;
}
