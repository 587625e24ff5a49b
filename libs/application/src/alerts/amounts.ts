import { formatMoney, type Money, minorRoundedUp } from '@keybrake/domain';

/** In a sentence behind what was called: ` for 12.00 USD`, or nothing. */
export const costOf = (amount: Money | undefined): string =>
  amount === undefined ? '' : ` for ${formatMoney(amount)}`;

/** In an alert's data. */
export const amountData = (amount: Money | undefined) => ({
  currency: amount?.currency ?? null,
  amountMinor: amount === undefined ? null : minorRoundedUp(amount.micros, amount.currency).toString(),
});
