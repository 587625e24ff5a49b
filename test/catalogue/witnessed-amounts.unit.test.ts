import { minorRoundedUp, type Pricing } from '@keybrake/domain';
import { defaultPriceList, isProblem, matchOperation, parseBody, priceCall, providerById } from '@keybrake/providers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStripeForm } from '../../libs/simulator/src/stripe/form.ts';

const stripe = providerById('stripe');
const found = { currency: 'usd', amount: 1_000_000_000, amount_captured: 1_000_000_000, amount_refunded: 0 };

/** What the gateway reserves for a body, and the bytes it would forward; undefined when it refuses the body. */
function reserve(path: string, text: string) {
  const matched = matchOperation(stripe, 'POST', path);
  if (matched === undefined) throw new Error(`no POST ${path}`);
  const bytes = new TextEncoder().encode(text);
  const type = matched.operation.body === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  const body = parseBody(matched.operation, type, bytes);
  if (isProblem(body)) return undefined;
  const read = priceCall(matched.operation, { body, ids: matched.ids, prices: defaultPriceList() });
  const price =
    !isProblem(read) && read.kind === 'look_up' ? read.price(found, 0n, JSON.stringify(found)) : (read as Pricing);
  if (isProblem(price)) return undefined;
  return { price, forwarded: new TextDecoder().decode(body.canonical) };
}

// The provider's reader is lenient: nested names, the last of equal ones, any spelling of a number that is an integer.
function witnessed(forwarded: string, [first, ...inner]: readonly string[]): string | undefined {
  let value: unknown = parseStripeForm(forwarded)[first as string];
  for (const name of inner) value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

const FORMS: readonly (readonly [path: string, base: string, field: string, place: readonly string[]])[] = [
  ['/v1/charges', 'currency=usd', 'amount', ['amount']],
  ['/v1/payment_intents', 'currency=usd&confirm=true', 'amount', ['amount']],
  ['/v1/payouts', 'currency=usd', 'amount', ['amount']],
  ['/v1/topups', 'currency=usd', 'amount', ['amount']],
  ['/v1/transfers', 'currency=usd', 'amount', ['amount']],
  ['/v1/treasury/outbound_payments', 'currency=usd', 'amount', ['amount']],
  ['/v1/invoiceitems', 'currency=usd', 'amount', ['amount']],
  ['/v1/climate/orders', 'currency=usd', 'amount', ['amount']],
  ['/v1/customers/cus_1/balance_transactions', 'currency=usd', 'amount', ['amount']],
  ['/v1/refunds', 'charge=ch_1', 'amount', ['amount']],
  ['/v1/charges/ch_1/capture', '', 'amount', ['amount']],
  ['/v1/payment_intents/pi_1/capture', '', 'amount_to_capture', ['amount_to_capture']],
  ['/v1/transfers/tr_1/reversals', '', 'amount', ['amount']],
  [
    '/v1/billing/credit_grants',
    'amount[monetary][currency]=usd',
    'amount[monetary][value]',
    ['amount', 'monetary', 'value'],
  ],
];

describe('the amount that the witness reads is the amount that was reserved', () => {
  const spelling = (field: string) => {
    const head = field.split('[', 1)[0] as string;
    return fc.constantFrom(
      ...[
        field,
        `${field}[]`,
        `${field}[0]`,
        `${field}[x]`,
        field.toUpperCase(),
        `%${field.charCodeAt(0).toString(16)}${field.slice(1)}`,
      ],
      ...[
        `${head}[monetary]`,
        `${head}_`,
        ` ${field}`,
        `${field} `,
        `[${field}]`,
        `metadata[${head}]`,
        'description',
        'currency',
      ],
    );
  };
  const value = fc.oneof(
    fc.integer({ min: 0, max: 99_999_999 }).map(String),
    fc.constantFrom(
      '',
      '-5',
      '+5',
      '05',
      '5.0',
      '5e3',
      '0x5',
      '5%00',
      '5&amount=9',
      '5%26amount%3D9',
      'usd',
      'jpy',
      '%35',
    ),
  );

  test.each(FORMS)('POST %s', (path, base, field, place) => {
    const pairs = fc.array(
      fc.tuple(spelling(field), value).map(([name, text]) => `${name}=${text}`),
      { maxLength: 3 },
    );
    let accepted = 0;
    fc.assert(
      fc.property(pairs, pairs, value, (before, after, amount) => {
        const parts = [...before, ...(base === '' ? [] : [base]), `${field}=${amount}`, ...after];
        const reserved = reserve(path, parts.join('&'));
        if (reserved?.price.kind !== 'priced') return;
        accepted += 1;
        const read = witnessed(reserved.forwarded, place);
        const { micros, currency } = reserved.price.amount;
        expect(read?.replace('-', '')).toBe(minorRoundedUp(micros, currency).toString());
      }),
      { numRuns: 1_500 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  test('POST /v2/money_management/outbound_payments', () => {
    const source = fc.oneof(
      fc.integer({ min: 1, max: 99_999_999 }).map(String),
      fc.constantFrom('5.0', '5e3', '"5"', '-5', '0', '05', 'null'),
    );
    let accepted = 0;
    fc.assert(
      fc.property(source, fc.boolean(), (text, twice) => {
        const again = twice ? `,"amount":{"value":9,"currency":"usd"}` : '';
        const json = `{"amount":{"value":${text},"currency":"usd"}${again},"from":{"currency":"usd"}}`;
        const reserved = reserve('/v2/money_management/outbound_payments', json);
        if (reserved?.price.kind !== 'priced') return;
        accepted += 1;
        const read = JSON.parse(reserved.forwarded) as { amount: { value: number } };
        expect(reserved.price.amount.micros).toBe(BigInt(read.amount.value) * 10_000n);
      }),
    );
    expect(accepted).toBeGreaterThan(10);
  });
});
