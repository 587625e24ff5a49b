import { formatMoney } from '@keybrake/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem } from './problem.js';
import { readPrice } from './read-price.fixture.js';
import { providerById } from './registry.js';

/** What was priced and the bytes that would be forwarded. */
function price(id: 'stripe' | 'twilio' | 'resend', path: string, text: string) {
  const read = readPrice(providerById(id), path, text);
  if (isProblem(read)) return read;
  return isProblem(read.price) ? read.price : { pricing: read.price, forwarded: read.forwarded };
}

const charge = (text: string) => price('stripe', '/v1/charges', text);
const amountOf = (result: ReturnType<typeof price>) =>
  'pricing' in result && result.pricing.kind === 'priced' ? formatMoney(result.pricing.amount) : undefined;

describe('amount confusion', () => {
  const AMOUNTS = [
    '',
    '0',
    '00',
    '01',
    '-1',
    '+100',
    '%2B100',
    '-0',
    '100.0',
    '100.',
    '.1',
    '1.5',
    '1e6',
    '1E6',
    '0x64',
    '0b1',
    '0o7',
    '1_000',
    '1,000',
    '1%2C000',
    ' 100',
    '100 ',
    '+100+',
    '%20100',
    '100%20',
    '100%0A',
    '%09100',
    '100%0D',
    '100%C2%A0',
    'NaN',
    'Infinity',
    'null',
    'true',
    'abc',
    '100abc',
    '1000000000000',
    '9'.repeat(40),
    '%D9%A1%D9%A0%D9%A0',
    '%EF%BC%91%EF%BC%90%EF%BC%90',
    '%E2%85%A7',
    '%E2%88%92100',
    '100%E2%80%8B',
    '%EF%BB%BF100',
    '[100]',
    '{}',
    '100;999',
    '100%26amount%3D9',
  ];
  test.each(AMOUNTS)('amount=%s is refused', (amount) => {
    expect(charge(`amount=${amount}&currency=usd`)).toHaveProperty('invalid');
  });

  test.each([
    'amount=100&amount=999999&currency=usd',
    'amount=100&amount[]=999999&currency=usd',
    'amount=100&amount[0]=999999&currency=usd',
    'amount=100&amount%5Bx%5D=999999&currency=usd',
    'amount=100&Amount=999999&currency=usd',
    'amount=100&AMOUNT[]=999999&currency=usd',
    'amount[]=100&currency=usd',
    'amount[0]=100&currency=usd',
    'amount[amount]=100&currency=usd',
    'currency=usd',
    'amount=100',
    'amount=100&currency=',
    'amount=100&currency=us',
    'amount=100&currency=usdd',
    'amount=100&currency=xxx',
    'amount=100&currency=btc',
    'amount=100&currency=usd%20',
    'amount=100&currency=%E2%84%AAwd',
    'amount=100&currency=usd&currency=jpy',
    'amount=100&currency=usd&currency[]=jpy',
    'amount=100&currency=usd&Currency=jpy',
    'amount=100%26amount%3D9&currency=usd',
  ])('%s is refused', (body) => {
    expect(charge(body)).toHaveProperty('invalid');
  });

  test('plain amounts are read to the digit', () => {
    expect(amountOf(charge('amount=1&currency=usd'))).toBe('0.01 USD');
    expect(amountOf(charge('currency=USD&amount=999999999999'))).toBe('9999999999.99 USD');
    expect(amountOf(charge('amount=100&currency=jpy'))).toBe('100 JPY');
    expect(amountOf(charge('amount=5120&currency=kwd'))).toBe('5.120 KWD');
  });

  test('fields of other names do not disturb', () => {
    expect(amountOf(charge('amount=100&currency=usd&amount_details[tip]=5&metadata[amount]=9'))).toBe('1.00 USD');
  });
});

describe('what was priced is what is forwarded', () => {
  const names = fc.constantFrom(
    'amount',
    'currency',
    'amount[]',
    'amount[0]',
    'Amount',
    '%61mount',
    'description',
    'metadata[amount]',
  );
  const values = fc.oneof(
    fc.constantFrom('100', '1e6', '0x64', '', 'usd', 'jpy', '100&amount=5', '100;amount=5', '100%26', '+100'),
    fc.integer({ min: 1, max: 10_000_000 }).map(String),
    fc.string({ unit: fc.constantFrom(...'0123456789+-. %&;=[]u') }),
  );

  test('form: an independent parser reads the priced amount and currency from the forwarded bytes', () => {
    let accepted = 0;
    const noise = fc.array(fc.tuple(names, values), { maxLength: 3 });
    const amount = fc.integer({ min: 1, max: 999_999_999 });
    fc.assert(
      fc.property(noise, noise, amount, fc.constantFrom('usd', 'EUR', 'jpy'), (before, after, minor, currency) => {
        const pairs = [...before, ['amount', String(minor)], ['currency', currency], ...after];
        const result = charge(pairs.map(([name, value]) => `${name}=${value}`).join('&'));
        if (isProblem(result)) return;
        accepted += 1;
        const independent = new URLSearchParams(result.forwarded);
        expect(independent.getAll('amount')).toHaveLength(1);
        expect(independent.getAll('currency')).toHaveLength(1);
        const unit = currency === 'jpy' ? 1_000_000n : 10_000n;
        const priced = { micros: BigInt(independent.get('amount') ?? '') * unit, currency: currency.toLowerCase() };
        expect(result.pricing).toEqual({ kind: 'priced', amount: priced, direction: 'in' });
        expect([...independent.keys()].filter((key) => /^amount(\[|$)/i.test(key))).toEqual(['amount']);
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test('JSON: an independent parser counts the priced recipients in the forwarded bytes', () => {
    const address = fc.constantFrom('a@b.c', 'Ann <ann@b.c>', 'x@y.z');
    const field = fc.oneof(address, fc.array(address, { minLength: 1, maxLength: 4 }));
    const email = fc.record(
      { from: address, to: field, cc: field, bcc: field, subject: fc.string().filter((it) => !it.includes('\0')) },
      { requiredKeys: ['from', 'to'] },
    );
    const countIn = (mail: Record<string, unknown>) => ['to', 'cc', 'bcc'].flatMap((name) => mail[name] ?? []).length;
    fc.assert(
      fc.property(fc.array(email, { minLength: 1, maxLength: 5 }), (emails) => {
        const result = price('resend', '/emails/batch', JSON.stringify(emails, null, 1));
        if (isProblem(result)) throw new Error(result.invalid);
        const independent = JSON.parse(result.forwarded) as Record<string, unknown>[];
        const recipients = independent.reduce((sum, mail) => sum + countIn(mail), 0);
        expect(result.pricing).toMatchObject({ amount: { micros: BigInt(recipients) * 900n } });
      }),
    );
  });
});
