import type { Path } from './positions.js';
import {
  type DescribedAmount,
  type DescribedMoney,
  type DescribedOperation,
  type DescribedProvider,
  idsOf,
} from './schema.js';

export interface Problem {
  readonly path: Path;
  readonly part?: { readonly key?: string; readonly at?: number };
  /** Follows the member's name. */
  readonly message: string;
}

/** What no member tells alone. `undefined` stands for an operation that is wrong by itself. */
export function crossProblems(
  provider: DescribedProvider,
  operations: readonly (DescribedOperation | undefined)[],
): readonly Problem[] {
  const found: Problem[] = [...credentialProblems(provider), ...headerProblems(provider), ...statusProblems(provider)];
  const seen = new Map<string, number>();
  for (const [index, operation] of operations.entries()) {
    if (operation === undefined) continue;
    const path = ['operations', index];
    const shape = operation.call.replace(/\{\w+\}/g, '{}');
    const earlier = seen.get(shape);
    if (earlier !== undefined) found.push({ path: [...path, 'call'], message: `is that of operations[${earlier}]` });
    seen.set(shape, earlier ?? index);
    for (const { path: below, message } of operationProblems(operation, operations)) {
      found.push({ path: [...path, ...below], message });
    }
  }
  return found;
}

function credentialProblems({ credential, account }: DescribedProvider): readonly Problem[] {
  const found: Problem[] = [];
  const needsAccount = credential.in === 'basic' && credential.user === 'account';
  if (needsAccount && account === undefined) {
    found.push({ path: ['credential', 'user'], message: 'needs a member account, which says what the id looks like' });
  }
  if (credential.in === 'basic' && credential.user === 'account' && credential.password === 'empty') {
    found.push({ path: ['credential', 'password'], message: 'must be secret: nothing else holds the real key' });
  }
  if (account !== undefined && !needsAccount && account.inPath === undefined) {
    found.push({ path: ['account'], message: 'is used neither by the credential nor in the path: leave it out' });
  }
  return found;
}

function headerProblems({ credential, idempotency, requestHeaders }: DescribedProvider): readonly Problem[] {
  const own = [
    ...(credential.in === 'header' ? [credential.header] : []),
    ...(idempotency === 'none' ? [] : [idempotency.header]),
  ];
  if (new Set(own).size < own.length) return [{ path: ['idempotency', 'header'], message: 'is the header of the key' }];
  return requestHeaders.flatMap((name, index) =>
    own.includes(name) ? [{ path: ['requestHeaders', index], message: 'is put in by Keybrake and not passed on' }] : [],
  );
}

/** One status has one meaning. */
function statusProblems({ statuses }: DescribedProvider): readonly Problem[] {
  const named = Object.entries(statuses).flatMap(([meaning, list]) =>
    list.map((status, index) => ({ meaning, status, index })),
  );
  return named.flatMap(({ meaning, status, index }, at) => {
    const earlier = named.slice(0, at).find((other) => other.status === status);
    if (earlier === undefined) return [];
    return [{ path: ['statuses', meaning, index], message: `is in ${earlier.meaning} too: keep one` }];
  });
}

function operationProblems(
  operation: DescribedOperation,
  all: readonly (DescribedOperation | undefined)[],
): readonly Problem[] {
  const [method] = operation.call.split(' ');
  if (operation.class === 'denied') return [];
  if ((operation.class === 'read') !== (method === 'GET')) {
    return [
      {
        path: ['class'],
        message: operation.class === 'read' ? 'can be read for GET only' : 'must be read or denied for GET',
      },
    ];
  }
  if (operation.class === 'read') return [];
  const fields = operation.fields !== undefined && operation.body === undefined;
  const found: Problem[] = fields ? [{ path: ['fields'], message: 'needs a body: form or json' }] : [];
  return operation.class === 'money' ? [...found, ...moneyProblems(operation, all)] : found;
}

function moneyProblems(
  { unpriced, price, actual, lookUp }: DescribedMoney,
  all: readonly (DescribedOperation | undefined)[],
): readonly Problem[] {
  const found: Problem[] = [];
  const always = typeof unpriced === 'string';
  if (!always && price === undefined) {
    found.push({ path: [], message: 'has no price: write one, or in unpriced why there is none' });
  }
  if (always && (price ?? lookUp) !== undefined) {
    found.push({
      path: ['unpriced'],
      message: 'says that there is never a price: leave out price and lookUp, or list conditions',
    });
  }
  if (price !== undefined) found.push(...amountProblems(price, ['price'], true));
  if (actual !== undefined) found.push(...amountProblems(actual, ['actual'], false));
  if (lookUp === undefined) return found;
  if (!all.some((one) => one?.class === 'read' && one.call === lookUp.call)) {
    found.push({ path: ['lookUp', 'call'], message: 'must be the call of an operation of class read in this list' });
  }
  const needed = idsOf(lookUp.call);
  const given = Object.keys(lookUp.ids);
  for (const name of needed.filter((one) => !given.includes(one))) {
    found.push({ path: ['lookUp', 'ids'], message: `lacks ${name}, which is in the call's path` });
  }
  for (const name of given.filter((one) => !needed.includes(one))) {
    found.push({ path: ['lookUp', 'ids', name], message: "is not in the call's path" });
  }
  return found;
}

function amountProblems(amount: DescribedAmount, path: Path, needsCurrency: boolean): readonly Problem[] {
  const found: Problem[] = [];
  if ((amount.micros === undefined) === (amount.minor === undefined)) {
    found.push({ path, message: 'must have one of micros (millionths of the major unit) and minor (such as cents)' });
  }
  const currencies = [amount.currency, amount.currencyFrom].filter((one) => one !== undefined).length;
  if (currencies > 1 || (needsCurrency && currencies === 0)) {
    found.push({ path, message: 'must have one of currency (a code) and currencyFrom (an expression)' });
  }
  return found;
}
