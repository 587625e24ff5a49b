import { isDeepStrictEqual } from 'node:util';
import { eventually } from '@keybrake/testing/processes';
import type { CountedBalance } from './enforced.ts';
import type { System } from './system.ts';

/** Balances of a key's caps once the ledger and the admission store count the same: a settlement comes after its answer. */
export async function agreedBalances(system: System, keyId: string): Promise<readonly CountedBalance[]> {
  await system.foldedUp();
  const sides = () => Promise.all([system.balances(keyId, 'enforced'), system.balances(keyId, 'folded')]);
  const [agreed] = await eventually('both sides to count the same', sides, ([enforced, folded]) =>
    isDeepStrictEqual(enforced, folded),
  );
  return agreed;
}
