import { randomUUID } from 'node:crypto';
import type { Fault } from '@keybrake/simulator';
import type { IssuedKey } from './account.ts';
import { type Answer, call, type ProviderCall } from './calls.ts';
import type { System } from './system.ts';

/** A call whose caller never learned what became of it. */
export interface CutCall {
  readonly idempotencyKey: string;
  readonly marker: string;
  readonly answer: Answer;
}

/** What a provider may do to a call after it has executed it, or before: the connection drops, or an error comes back. */
export const CUTS: Readonly<Record<'after' | 'before', readonly Fault[]>> = {
  after: [{ dropAfter: true }, { failAfter: 502 }],
  before: [{ dropBefore: true }, { failBefore: 500 }],
};

const AT_ONCE = 8;

/** Calls that are cut off, each by a fault of its own: what is sent again later meets none. */
export async function cutCalls(
  system: System,
  provider: ProviderCall,
  key: IssuedKey,
  when: keyof typeof CUTS,
  count: number,
): Promise<CutCall[]> {
  const cut: CutCall[] = [];
  const one = async (index: number): Promise<CutCall> => {
    const idempotencyKey = randomUUID();
    const marker = provider.mark(idempotencyKey);
    const faults = CUTS[when];
    await system.fault({ provider: provider.id, match: { marker }, fault: faults[index % faults.length] as Fault });
    const answer = await call(system.gatewayUrl, provider, key.vaultKey, idempotencyKey);
    return { idempotencyKey, marker, answer };
  };
  for (let start = 0; start < count; start += AT_ONCE) {
    const indices = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_none, offset) => start + offset);
    cut.push(...(await Promise.all(indices.map(one))));
  }
  return cut;
}

export interface ListedReservation {
  readonly id: string;
  readonly vaultKeyId: string;
  readonly idempotencyKey: string | null;
  readonly state: string;
  readonly reservedMicros: string | null;
  readonly committedMicros: string | null;
  readonly message: string | null;
  readonly resolution: {
    readonly attempts: number;
    readonly nextAttemptAt: string | null;
    readonly reason: string;
  } | null;
}

/** All of a key's reservations in a state, as the admin API lists them. */
export async function listed(system: System, key: IssuedKey, state: string): Promise<ListedReservation[]> {
  const found: ListedReservation[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: { data: ListedReservation[]; nextCursor: string | null } = await system.admin(
      'GET',
      `/v1/reservations?state=${state}&limit=100${more}`,
    );
    found.push(...page.data.filter((row) => row.vaultKeyId === key.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}
