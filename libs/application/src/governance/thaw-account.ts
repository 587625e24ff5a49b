import { type Actor, type GovernancePorts, noteOf } from './governance.js';

/** Why the account is frozen; undefined when it is not. */
export function frozenReason(ports: Pick<GovernancePorts, 'store'>, actor: Actor): Promise<string | undefined> {
  return ports.store.frozenReason(actor.accountId);
}

/**
 * A person has looked at the dead letters: calls go on once this returns. The reason given is kept with the change. Safe to
 * repeat: a ledger that was just about to freeze may have come after the first.
 */
export async function thawAccount(ports: GovernancePorts, actor: Actor, reason: string): Promise<void> {
  const frozen = await frozenReason(ports, actor);
  const note = noteOf(ports, actor, 'account.thawed', actor.accountId, { frozen, reason });
  await ports.store.thawAccount(actor.accountId, note);
  await ports.admission.setAccountFrozen(actor.accountId, false);
}
