import { type Currency, minorExponent } from './currency.js';
import { invariant } from './invariant.js';

/**
 * An amount in millionths of the currency's major unit (R11). One cent is 10,000 micros, one yen 1,000,000.
 * The finest price a provider charges (an email at $0.0004) and the coarsest share this unit, so no sum ever mixes two.
 */
export interface Money {
  readonly currency: Currency;
  readonly micros: bigint;
}

/** The largest amount that every admission store counts exactly: Redis scripts compute in doubles, exact below 2^53. */
export const MICROS_MAX = 9_000_000_000_000_000n;

const MINOR_AMOUNT = /^(0|[1-9][0-9]{0,15})$/;

const microsPerMinor = (currency: Currency): bigint => 10n ** BigInt(6 - minorExponent(currency));

export function moneyFromMinor(amountMinor: bigint, currency: Currency): Money {
  invariant(amountMinor >= 0n, 'an amount is never negative');
  return { currency, micros: amountMinor * microsPerMinor(currency) };
}

/** Spent and held amounts round up: a report never shows less than what counts against the cap. */
export function minorRoundedUp(micros: bigint, currency: Currency): bigint {
  const unit = microsPerMinor(currency);
  return (micros + unit - 1n) / unit;
}

/** What is left rounds down: a report never promises more than the cap allows. */
export function minorRoundedDown(micros: bigint, currency: Currency): bigint {
  return micros <= 0n ? 0n : micros / microsPerMinor(currency);
}

/** Parses the decimal text of a non-negative integer; anything else (signs, exponents, spaces, fractions) is undefined. */
export function parseMinorAmount(text: string): bigint | undefined {
  return MINOR_AMOUNT.test(text) ? BigInt(text) : undefined;
}

/** For people: `100.00 USD`, `0.0004 USD`. At least the currency's own decimals, more where the amount needs them. */
export function formatMoney(money: Money): string {
  const exponent = minorExponent(money.currency);
  const whole = money.micros / 1_000_000n;
  let fraction = (money.micros % 1_000_000n).toString().padStart(6, '0');
  while (fraction.length > exponent && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  return `${whole}${fraction === '' ? '' : `.${fraction}`} ${money.currency.toUpperCase()}`;
}
