import type { Currency } from './currency.js';
import { invariant } from './invariant.js';
import type { Money } from './money.js';

/** An operator's exchange rates, all into one currency. */
export interface FxTable {
  readonly base: Currency;
  /** What one major unit is worth, in billionths of the base's major unit. */
  readonly rateNanos: ReadonlyMap<Currency, bigint>;
  /** Put on top, in hundredths of a percent, since the rate on the day of settlement is another one. */
  readonly marginBasisPoints: number;
}

/** How an amount came to be held in another currency. Pinned in the event: a later rate changes nothing (R6, R11). */
export interface Conversion {
  readonly from: Money;
  readonly rateNanos: bigint;
  readonly marginBasisPoints: number;
}

export interface Converted {
  readonly amount: Money;
  readonly conversion: Conversion;
}

const WHOLE_BASIS_POINTS = 10_000n;
const NANOS = 1_000_000_000n;

/** The amount in the base currency, rounded up; undefined without a rate for its currency. */
export function convert(from: Money, { base, rateNanos, marginBasisPoints }: FxTable): Converted | undefined {
  const rate = rateNanos.get(from.currency);
  if (rate === undefined) return undefined;
  // Micros are of a major unit in every currency, so the rate of major units is theirs.
  const micros = dividedUp(
    from.micros * rate * (WHOLE_BASIS_POINTS + BigInt(marginBasisPoints)),
    NANOS * WHOLE_BASIS_POINTS,
  );
  return { amount: { currency: base, micros }, conversion: { from, rateNanos: rate, marginBasisPoints } };
}

/** An amount as caps count it, with the conversion if it is not its own. */
export interface HeldAmount {
  readonly amount: Money | undefined;
  readonly conversion?: Conversion | undefined;
}

/** The amount in the currency that the provider speaks of. */
export function ownAmount({ amount, conversion }: HeldAmount): Money | undefined {
  return conversion?.from ?? amount;
}

/** What was moved in the call's own currency, as a share of what is held for the whole; rounded up. */
export function asHeld({ amount, conversion }: HeldAmount, movedMicros: bigint): bigint {
  if (conversion === undefined || amount === undefined) return movedMicros;
  const { from } = conversion;
  invariant(from.micros > 0n, 'nothing is held for an amount of 0');
  return dividedUp(movedMicros * amount.micros, from.micros);
}

function dividedUp(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}
