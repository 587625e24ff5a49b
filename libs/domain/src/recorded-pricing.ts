import type { MoneyDirection } from './cap.js';
import type { Currency } from './currency.js';
import type { Pricing } from './policy-evaluation.js';

/** What a policy was told of a call's price, as events and tables keep it: JSON-safe, amounts as text. */
export type RecordedPricing =
  | { readonly kind: 'free' }
  | {
      readonly kind: 'priced';
      readonly currency: string;
      readonly micros: string;
      readonly direction: MoneyDirection;
    }
  | { readonly kind: 'unpriced'; readonly reason: string; readonly direction: MoneyDirection };

export function recordPricing(pricing: Pricing): RecordedPricing {
  if (pricing.kind !== 'priced') return pricing;
  const { amount, direction } = pricing;
  return { kind: 'priced', currency: amount.currency, micros: amount.micros.toString(), direction };
}

export function readPricing(recorded: RecordedPricing): Pricing {
  if (recorded.kind !== 'priced') return recorded;
  const { currency, micros, direction } = recorded;
  return { kind: 'priced', amount: { currency: currency as Currency, micros: BigInt(micros) }, direction };
}
