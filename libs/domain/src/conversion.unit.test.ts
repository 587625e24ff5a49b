import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asHeld, convert, type FxTable, ownAmount } from './conversion.js';
import type { Currency } from './currency.js';

const usd = 'usd' as Currency;
const eur = 'eur' as Currency;
const jpy = 'jpy' as Currency;
const fx: FxTable = {
  base: usd,
  rateNanos: new Map([
    [eur, 1_085_200_000n],
    [jpy, 6_700_000n],
  ]),
  marginBasisPoints: 250,
};

test('an amount is worth its rate and the margin, rounded up', () => {
  // 10.00 EUR x 1.0852 x 1.025 = 11.123300 USD
  expect(convert({ currency: eur, micros: 10_000_000n }, fx)?.amount).toEqual({ currency: usd, micros: 11_123_300n });
  // 1,000 JPY x 0.0067 x 1.025 = 6.8675 USD
  expect(convert({ currency: jpy, micros: 1_000_000_000n }, fx)?.amount).toEqual({ currency: usd, micros: 6_867_500n });
  expect(convert({ currency: jpy, micros: 1n }, fx)?.amount.micros).toBe(1n);
  expect(convert({ currency: 'gbp' as Currency, micros: 1n }, fx)).toBeUndefined();
});

test('a share is of what is held: all of it for the whole, nothing for nothing, never too little', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 15n), fc.bigInt(0n, 10n ** 15n), (micros, moved) => {
      const converted = convert({ currency: eur, micros }, fx);
      if (converted === undefined) throw new Error('there is a rate');
      expect(asHeld(converted, micros)).toBe(converted.amount.micros);
      expect(asHeld(converted, 0n)).toBe(0n);
      const share = asHeld(converted, moved);
      expect(share * micros >= moved * converted.amount.micros).toBe(true);
      expect((share - 1n) * micros < moved * converted.amount.micros).toBe(true);
    }),
  );
});

test('what is held in its own currency is as it is', () => {
  const held = { amount: { currency: usd, micros: 5n } };
  expect(ownAmount(held)).toEqual(held.amount);
  expect(asHeld(held, 3n)).toBe(3n);
  expect(ownAmount(convert({ currency: eur, micros: 7n }, fx) ?? held)).toEqual({ currency: eur, micros: 7n });
});
