let minorDigits: Readonly<Record<string, number>> = {};

/** The API's own table of currencies: providers do not all keep to ISO 4217's decimals. Told once, after sign-in. */
export function learnCurrencies(digits: Readonly<Record<string, number>>): void {
  minorDigits = digits;
}

export const knownCurrencies = (): readonly string[] => Object.keys(minorDigits).toSorted((a, b) => a.localeCompare(b));
export const digitsOf = (currency: string): number => minorDigits[currency] ?? 2;

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string): Intl.NumberFormat {
  const digits = digitsOf(currency);
  const name = `${currency}${digits}`;
  const made =
    formats.get(name) ??
    new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency: currency.toUpperCase(),
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  formats.set(name, made);
  return made;
}

/** `1234` minor units of USD as `12.34`: exact for every amount, since it never becomes a floating number. */
export function minorToDecimal(minor: string, currency: string): string {
  const digits = digitsOf(currency);
  const negative = minor.startsWith('-');
  const text = (negative ? minor.slice(1) : minor).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const sign = negative ? '-' : '';
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${text.slice(-digits)}`;
}

/** `$12.34`. */
export function formatMoney(minor: string, currency: string): string {
  return formatOf(currency).format(minorToDecimal(minor, currency) as Intl.StringNumericLiteral);
}

/** What a person typed as minor units; undefined when it is no amount of this currency. */
export function parseMoney(text: string, currency: string): string | undefined {
  const digits = digitsOf(currency);
  const match = /^(\d{1,13})(?:\.(\d*))?$/.exec(text.trim().replaceAll(',', ''));
  if (match === null) return undefined;
  const [, whole = '0', fraction = ''] = match;
  if (fraction.length > digits) return undefined;
  return BigInt(whole + fraction.padEnd(digits, '0')).toString();
}

/** How much of a limit is used, 0 and up; for bars and charts, where an estimate will do. */
export function shareOf(partMinor: string, limitMinor: string): number {
  const limit = BigInt(limitMinor);
  if (limit <= 0n) return BigInt(partMinor) > 0n ? 1 : 0;
  return Number((BigInt(partMinor) * 10_000n) / limit) / 10_000;
}
