import { eventually } from '@keybrake/testing/processes';
import { expect } from 'vitest';
import type { IssuedKey } from './account.ts';
import { executedMarkers, type ProviderCall } from './calls.ts';
import { sized } from './chaos.ts';
import { type CutCall, listed } from './cut-calls.ts';
import { chargedMicros } from './late-prices.ts';
import type { System } from './system.ts';

export const SETTLED_WITHIN_MS = sized(30_000, 180_000);

export const executionsOf = async (system: System, provider: ProviderCall, calls: readonly CutCall[]) => {
  const executed = executedMarkers(await system.witness(provider.id));
  return calls.map(({ marker }) => executed.filter((one) => one === marker).length);
};

export const postsTo = async (system: System, provider: ProviderCall) =>
  (await system.witness(provider.id)).filter(({ operation }) => operation.startsWith('POST')).length;

/** Waits until the key has so many calls committed, and so many in doubt that will not be tried again; the latter. */
export const endedAs = async (system: System, key: IssuedKey, committed: number, left: number) => {
  const [, inDoubt] = await eventually(
    `${committed} calls to be committed and ${left} left to a person`,
    async () => [await callsOf(system, key, 'committed'), await listed(system, key, 'in_doubt')] as const,
    ([settled, rows]) =>
      settled.length === committed &&
      rows.length === left &&
      rows.every(({ resolution }) => resolution?.nextAttemptAt === null),
    SETTLED_WITHIN_MS,
  );
  return inDoubt;
};

/** Without the resolver's look-ups, which no caller made. */
export const callsOf = async (system: System, key: IssuedKey, state: string) =>
  (await listed(system, key, state)).filter(({ idempotencyKey }) => idempotencyKey !== null);

/** Evidence of Twilio tells the price of a message; the others move what was reserved. */
export async function committedFor(
  system: System,
  provider: ProviderCall,
  unitMicros: bigint,
  executedAndLost: readonly Pick<CutCall, 'marker'>[],
  executed: number,
): Promise<bigint | undefined> {
  const markers = executedAndLost.map(({ marker }) => marker);
  return provider.id === 'twilio' ? chargedMicros(system, markers) : unitMicros * BigInt(executed);
}

export async function reservedByOne(system: System, key: IssuedKey): Promise<bigint> {
  const rows = await system.sql<{ reserved_micros: bigint }>(
    'select distinct reserved_micros from ledger.audit_entries where vault_key_id = $1 and reserved_micros is not null',
    [key.id],
  );
  expect(rows).toHaveLength(1);
  return (rows[0] as { reserved_micros: bigint }).reserved_micros;
}
