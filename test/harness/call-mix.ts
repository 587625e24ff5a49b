import { chance } from './chaos.ts';

/** One call of a mix: what careless and careful agents send over a day. */
export interface MixedCall {
  readonly key: number;
  readonly run: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string;
  readonly idempotencyKey: string | undefined;
}

const KEYS = 4;
const RUNS = ['one', 'two', 'three'];

const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;

/** Charges in three currencies, payouts, reads; retries with the same key, with another body, and under new keys. */
export function callMix(count: number): readonly MixedCall[] {
  const calls: MixedCall[] = [];
  for (let index = 0; index < count; index += 1) calls.push(nextCall(calls, index));
  return calls;
}

function nextCall(earlier: readonly MixedCall[], index: number): MixedCall {
  const again = earlier.length > 0 && chance() < 0.15 ? pick(earlier.slice(-50)) : undefined;
  if (again?.method === 'POST') {
    const kind = chance();
    if (kind < 0.5) return again;
    if (kind < 0.6) return { ...again, body: `${again.body}&metadata[again]=${index}` };
    return { ...again, idempotencyKey: `new-${index}` };
  }
  const base = { key: Math.floor(chance() * KEYS), run: pick(RUNS) };
  if (chance() < 0.1)
    return { ...base, method: 'GET', path: '/v1/charges?limit=1', body: '', idempotencyKey: undefined };
  const amount = 50 + Math.floor(chance() * 3_000);
  const currency = pick(['usd', 'usd', 'usd', 'eur', 'gbp']);
  const isPayout = chance() < 0.15;
  return {
    ...base,
    method: 'POST',
    path: isPayout ? '/v1/payouts' : '/v1/charges',
    body: `amount=${amount}&currency=${currency}${isPayout ? '' : '&source=tok_visa'}&description=${index}`,
    idempotencyKey: chance() < 0.05 ? undefined : `call-${index}`,
  };
}

export const mixedKeys = Array.from({ length: KEYS }, (_none, index) => ({
  index,
  agentType: index < KEYS / 2 ? 'billing' : 'payouts',
}));
