import type { ReservationRef } from '@keybrake/application';
import type { AccountId, PolicyId, ReservationId, VaultKeyId } from '@keybrake/domain';

/** One life of one server: {phase: loading | ready, incarnation, runId, claimsUntilMs}. */
export const STATE = 'kb:state';

/** Sorted sets over all accounts, members `account reservation`: what the janitor looks through. */
export const INDEX = {
  held: 'kb:held',
  launched: 'kb:launched',
  kept: 'kb:kept',
  swept: 'kb:swept',
} as const;

/** Around the account in a reservation's key; the script of the sweep puts the two together. */
export const RESERVATION_AFFIXES = ['kb:{', '}:r:'] as const;

/** Everything of an account carries its hash tag, so that one script may touch all of it. */
export const accountKeys = (accountId: AccountId) => {
  const tagged = `kb:{${accountId}}`;
  return {
    reservationPrefix: `${tagged}:r:`,
    reservation: (id: ReservationId) => `${tagged}:r:${id}`,
    /** {reservationId, fingerprint} */
    claim: (rootKeyId: VaultKeyId, keyHash: string) => `${tagged}:c:${rootKeyId}:${keyHash}`,
    /** Sorted by the time of reservation: the calls of one request that were not released. */
    guard: (rootKeyId: VaultKeyId, hash: string) => `${tagged}:d:${rootKeyId}:${hash}`,
    /** {`<window>|committed`, `<window>|held`, `<window>|endsAtMs`} */
    counter: (counter: string) => `${tagged}:b:${counter}`,
    /** {windowId, used} */
    meter: (counter: string) => `${tagged}:m:${counter}`,
    /** {expiresAtMs, revokedAtMs} */
    key: (keyId: VaultKeyId) => `${tagged}:k:${keyId}`,
    frozen: `${tagged}:frozen`,
    policy: (policyId: PolicyId) => `${tagged}:p:${policyId}`,
  };
};

export const indexMember = ({ accountId, reservationId }: ReservationRef) => `${accountId} ${reservationId}`;

export function refOf(member: string): ReservationRef {
  const [accountId, reservationId] = member.split(' ') as [AccountId, ReservationId];
  return { accountId, reservationId };
}
