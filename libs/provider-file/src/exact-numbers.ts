import { MICROS_MAX } from '@keybrake/domain';

/** A rule that can't give an amount for this call. The message is for who made the call. */
export class RuleFailure extends Error {
  override readonly name = 'RuleFailure';
}

const DECIMAL = /^(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,6}))?$/;
const WHOLE = /^(?:0|-?[1-9][0-9]{0,17})$/;
const MICROS_PER_UNIT = 1_000_000n;

/** Micros of a price in major units, as its text says, such as "5.50". Undefined unless it is exactly that many. */
export function microsFromDecimal(text: string): bigint | undefined {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  return whole === undefined ? undefined : BigInt(whole + fraction.padEnd(6, '0'));
}

/** `micros(…)` of a rule: of a text as above, or of whole major units. */
export function micros(amount: string | bigint): bigint {
  if (typeof amount === 'bigint') return amount * MICROS_PER_UNIT;
  const exact = microsFromDecimal(amount);
  if (exact === undefined) {
    throw new RuleFailure(`"${amount.slice(0, 40)}" is not an amount such as 5.50, with 6 decimals at most`);
  }
  return exact;
}

/** `integer(…)` of a rule: plain digits only, where a reader may take 0x10, 1e3 or an empty text for a number. */
export function integer(text: string): bigint {
  if (!WHOLE.test(text)) throw new RuleFailure(`"${text.slice(0, 40)}" is not a whole number in plain digits`);
  return BigInt(text);
}

/** What is reserved is an upper bound, so a division rounds up. */
export function ceilDiv(dividend: bigint, divisor: bigint): bigint {
  if (dividend < 0n || divisor <= 0n) throw new RuleFailure('ceilDiv takes an amount from 0 and a divisor from 1');
  return (dividend + divisor - 1n) / divisor;
}

/** Throws unless it can be counted: not negative, nor more than Keybrake counts exactly. */
export function countable(amount: bigint): bigint {
  if (amount < 0n) throw new RuleFailure(`the amount is ${amount}, which is negative`);
  if (amount > MICROS_MAX) throw new RuleFailure('the amount is more than Keybrake can count');
  return amount;
}
