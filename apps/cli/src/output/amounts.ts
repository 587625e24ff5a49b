import { formatMoney, moneyFromMinor, parseCurrency, parseMinorAmount } from '@keybrake/domain';

/** `123.45 USD` of minor units; the text itself where its currency has no known decimals. */
export function amount(minor: string | null | undefined, currency: string | null | undefined): string | null {
  if (minor === null || minor === undefined) return null;
  const known = currency === null || currency === undefined ? undefined : parseCurrency(currency);
  const parsed = parseMinorAmount(minor);
  if (known === undefined || parsed === undefined) return currency ? `${minor} ${currency}` : minor;
  return formatMoney(moneyFromMinor(parsed, known));
}

/** Seconds of a time of the API, in its own UTC: `2026-11-25 05:00:10`. */
export function moment(instant: string | null | undefined): string | null {
  return instant === null || instant === undefined ? null : instant.slice(0, 19).replace('T', ' ');
}
