import type { Pricing } from '@keybrake/domain';
import type { ParsedBody } from './body/parsed-body.js';
import type { PriceList } from './price-list.js';
import type { RequestProblem } from './problem.js';
import type { Operation } from './provider.js';

/** What the call costs at most, or why its amount can't be read. */
export function priceCall(operation: Operation, body: ParsedBody, prices: PriceList): Pricing | RequestProblem {
  return operation.price === undefined ? { kind: 'free' } : operation.price(body, prices);
}
