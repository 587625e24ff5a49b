import type { Operation, PricedCall, PriceReading } from './provider.js';

/** What the call costs at most, where that has to be looked up, or why its amount can't be read. */
export function priceCall(operation: Operation, call: PricedCall): PriceReading {
  return operation.price === undefined ? { kind: 'free' } : operation.price(call);
}
