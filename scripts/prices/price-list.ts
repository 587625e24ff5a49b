import type { CountryAnswers } from './twilio-answers.ts';

/** The `twilio` section of a price list, as `KEYBRAKE_PRICES_FILE` has it. */
export interface TwilioSection {
  readonly currency: string;
  readonly smsSegmentMicros: Record<string, string>;
  readonly mmsMicros: Record<string, string>;
  readonly callMinuteMicros: Record<string, string>;
}

/** What Twilio's answers leave out: carriers' own fees, and the price of MMS. */
export interface Additions {
  readonly carrierFeeMicros: bigint;
  readonly mmsMicros: bigint;
}

const PREFIX_DIGITS_MAX = 7;
const DECIMAL = /^(\d{1,6})(?:\.(\d{1,6}))?$/;

/** Upper bounds by dialling prefix: the dearest carrier and number type of a country, the dearest of prefixes that are cut. */
export function twilioSection(countries: readonly CountryAnswers[], additions: Additions): TwilioSection {
  const currencies = new Set(countries.flatMap(({ messaging, voice }) => [messaging.price_unit, voice.price_unit]));
  const [currency, ...others] = [...currencies].map((unit) => unit.toLowerCase());
  if (currency === undefined || others.length > 0) {
    throw new Error(`the prices are not in one currency but in: ${[...currencies].join(', ') || 'none'}`);
  }
  const sms = new Map<string, bigint>();
  const calls = new Map<string, bigint>();
  for (const { messaging, voice } of countries) {
    const prices = messaging.outbound_sms_prices.flatMap((carrier) => carrier.prices);
    const dearest = prices.map(({ current_price }) => decimalMicros(current_price)).reduce(larger, 0n);
    const prefixes = voice.outbound_prefix_prices.flatMap((price) => price.prefixes);
    for (const prefix of shortest(prefixes)) raise(sms, prefix, dearest + additions.carrierFeeMicros);
    for (const price of voice.outbound_prefix_prices) {
      for (const prefix of price.prefixes) raise(calls, prefix, decimalMicros(price.current_price));
    }
  }
  const mms = new Map([...sms.keys()].map((prefix) => [prefix, additions.mmsMicros + additions.carrierFeeMicros]));
  return { currency, smsSegmentMicros: texts(sms), mmsMicros: texts(mms), callMinuteMicros: texts(calls) };
}

/** Millionths of a decimal text, exactly; a finer price is refused rather than rounded. */
export function decimalMicros(text: string): bigint {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) throw new Error(`${text} is not a price that Keybrake can count exactly`);
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

// Those that no other is a beginning of: they stand for the country's numbers.
function shortest(prefixes: readonly string[]): readonly string[] {
  return prefixes.filter((prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)));
}

const larger = (a: bigint, b: bigint) => (a > b ? a : b);

function raise(prices: Map<string, bigint>, prefix: string, micros: bigint): void {
  const key = `+${prefix.slice(0, PREFIX_DIGITS_MAX)}`;
  prices.set(key, larger(prices.get(key) ?? 0n, micros));
}

function texts(prices: ReadonlyMap<string, bigint>): Record<string, string> {
  const sorted = [...prices].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([prefix, micros]) => [prefix, micros.toString()]));
}
