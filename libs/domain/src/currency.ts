import type { Brand } from './brand.js';

/** A lower-case ISO 4217 code that the provider tables know. */
export type Currency = Brand<string, 'Currency'>;

// Stripe's decimals, which are not ISO 4217's: docs.stripe.com/currencies, "zero-decimal" and "three-decimal".
const ZERO_DECIMAL = 'bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' ');
const THREE_DECIMAL = 'bhd jod kwd omr tnd'.split(' ');
const TWO_DECIMAL =
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std svc szl thb tjs top try ttd twd tzs uah uyu uzs wst xcd yer zar zmw'.split(
    ' ',
  );

const EXPONENT = new Map<string, number>([
  ...ZERO_DECIMAL.map((code) => [code, 0] as const),
  ...TWO_DECIMAL.map((code) => [code, 2] as const),
  ...THREE_DECIMAL.map((code) => [code, 3] as const),
]);

/** Accepts any letter case, as Stripe does; an unknown code is refused, never guessed. */
export function parseCurrency(text: string): Currency | undefined {
  const code = text.toLowerCase();
  return EXPONENT.has(code) ? (code as Currency) : undefined;
}

/** Every currency that the provider tables know, with the digits after the point of one major unit. */
export const CURRENCIES: ReadonlyMap<string, number> = EXPONENT;

/** Digits after the point of one major unit: 2 for USD, 0 for JPY, 3 for KWD. */
export function minorExponent(currency: Currency): number {
  return EXPONENT.get(currency) ?? 2;
}
