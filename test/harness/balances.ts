import { isDeepStrictEqual } from 'node:util';
import { eventually } from '@keybrake/testing/processes';
import { expect } from 'vitest';
import type { IssuedKey } from './account.ts';
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

/** Both balances of the key, to the micro: what was executed, and what is held; the only ones that it has. */
export async function balancesAre(
  system: System,
  key: IssuedKey,
  committedMicros: bigint | undefined,
  heldMicros: bigint,
  withinMs?: number,
): Promise<void> {
  await system.foldedUp();
  for (const side of ['folded', 'enforced'] as const) {
    const rows = await eventually(
      `the ${side} balance`,
      () => system.balances(key.id, side),
      ([row]) => row !== undefined && row.committedMicros === committedMicros && row.heldMicros === heldMicros,
      withinMs,
    ).catch(() => system.balances(key.id, side));
    expect(rows.map((row) => [side, row.committedMicros, row.heldMicros])).toEqual([
      [side, committedMicros, heldMicros],
    ]);
  }
}
