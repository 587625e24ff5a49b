import { parseBody } from './body/parse-body.js';
import { matchOperation } from './operation-match.js';
import { priceCall } from './price-call.js';
import { defaultPriceList, type PriceList } from './price-list.js';
import { isProblem, type RequestProblem } from './problem.js';
import type { LookUp, PriceReading, Provider } from './provider.js';

export interface ReadPrice {
  readonly price: PriceReading;
  /** The bytes that would be forwarded. */
  readonly forwarded: string;
}

/** A body on its whole way through parsing and its operation's amount rule. JSON or a form, by its first character. */
export function readPrice(
  provider: Provider,
  path: string,
  text: string,
  prices: PriceList = defaultPriceList(),
): ReadPrice | RequestProblem {
  const matched = matchOperation(provider, 'POST', path);
  if (matched === undefined) throw new Error(`no POST ${path}`);
  const { operation, ids } = matched;
  const isJson = /^[[{"]/.test(text) || operation.body === 'json';
  const type = isJson ? 'application/json' : 'application/x-www-form-urlencoded';
  const parsed = parseBody(operation, type, new TextEncoder().encode(text));
  const body = isProblem(parsed) || operation.amend === undefined ? parsed : operation.amend(parsed, prices);
  if (isProblem(body)) return body;
  return { price: priceCall(operation, { body, ids, prices }), forwarded: new TextDecoder().decode(body.canonical) };
}

/** Only the price. */
export function priceOf(provider: Provider, path: string, text: string, prices?: PriceList): PriceReading {
  const read = readPrice(provider, path, text, prices);
  return 'price' in read ? read.price : read;
}

/** What a look-up says of an answer; fails when the call has none. */
export function lookedUp(price: PriceReading, answer: unknown, countedMicros = 0n): ReturnType<LookUp['price']> {
  if (isProblem(price) || price.kind !== 'look_up') throw new Error(`no look-up: ${JSON.stringify(price)}`);
  return price.price(answer, countedMicros, JSON.stringify(answer));
}
