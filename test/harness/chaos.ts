import { setTimeout as wait } from 'node:timers/promises';
import { charge } from './calls.ts';

/** `npm run test:chaos` runs the scenarios in full; `npm test` a shorter form of each. */
export const FULL = process.env.KEYBRAKE_TEST_CHAOS === 'full';
export const sized = (short: number, full: number): number => (FULL ? full : short);

const SEED = Number(process.env.KEYBRAKE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
if (FULL) process.stdout.write(`chaos: repeat the choices of this run with KEYBRAKE_TEST_SEED=${SEED}\n`);
let state = SEED;

/** A number from 0 up to 1: what the scenarios choose by chance, the same again for the same seed. */
export function chance(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

export interface Tally {
  /** Idempotency keys by the status of their last answer. */
  readonly byStatus: Map<number, string[]>;
  /** Answers with 503 on the way: tried again with the same key, like the SDKs do. */
  unavailable: number;
  slowestMs: number;
}

export interface StormOptions {
  readonly urls: readonly string[];
  readonly vaultKey: string;
  readonly clients: number;
  readonly calls: number;
  readonly amountMinor: number;
  readonly keyOf: (call: number) => string;
  /** A call is tried again until it gets another answer than 503, for so long at most. */
  readonly patienceMs?: number;
}

/** Clients that call as fast as they are answered, turning between the gateways, until every call has its answer. */
export async function storm(options: StormOptions): Promise<Tally> {
  const { urls, vaultKey, clients, calls, amountMinor, keyOf, patienceMs = 60_000 } = options;
  const tally: Tally = { byStatus: new Map(), unavailable: 0, slowestMs: 0 };
  let next = 0;
  const answer = async (call: number, url: string) => {
    const sentAtMs = performance.now();
    const key = keyOf(call);
    const form = `amount=${amountMinor}&currency=usd&source=tok_visa&description=${key}`;
    const { status } = await charge(url, vaultKey, form, key).catch(() => ({ status: 0 }));
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - sentAtMs);
    return status;
  };
  const client = async (index: number) => {
    for (let call = next++; call < calls; call = next++) {
      const giveUpAtMs = Date.now() + patienceMs;
      let status = 0;
      for (let attempt = index; ; attempt += 1) {
        status = await answer(call, urls[attempt % urls.length] as string);
        if ((status !== 503 && status !== 0 && status !== 502) || Date.now() > giveUpAtMs) break;
        tally.unavailable += 1;
        await wait(50);
      }
      const keys = tally.byStatus.get(status) ?? [];
      keys.push(keyOf(call));
      tally.byStatus.set(status, keys);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_none, index) => client(index)));
  return tally;
}

export const countsOf = ({ byStatus }: Tally): Record<string, number> =>
  Object.fromEntries([...byStatus].map(([status, keys]) => [status, keys.length]));
