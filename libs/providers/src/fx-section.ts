import { type Currency, type FxTable, parseCurrency } from '@keybrake/domain';
import type { Fields, FieldValue } from './body/parsed-body.js';
import { currencyAt, objectAt, refuseOthers } from './price-list-fields.js';

const RATE = /^(0|[1-9][0-9]{0,5})(?:\.([0-9]{1,9}))?$/;
const BASIS_POINTS = /^(?:0|[1-9][0-9]{0,3})$/;

/** Exchange rates: what one major unit of each currency is worth in the base, in plain decimals of up to nine places. */
export function readFx(fields: Fields, problems: string[]): FxTable {
  refuseOthers(fields, 'fx.', ['base', 'marginBasisPoints', 'rates'], problems);
  const base = currencyAt(fields, 'fx', problems, 'base');
  const rateNanos = new Map<Currency, bigint>();
  for (const [code, value] of objectAt(fields.get('rates'), 'fx.rates', problems)) {
    const currency = parseCurrency(code);
    const nanos = nanosOf(value);
    if (currency === undefined || currency === base) {
      problems.push(`fx.rates["${code}"]: write a currency code other than the base, such as "eur"`);
    } else if (nanos === undefined || nanos === 0n) {
      problems.push(`fx.rates["${code}"]: write what one unit is worth, above 0, in plain decimals such as 1.0852`);
    } else rateNanos.set(currency, nanos);
  }
  return { base, rateNanos, marginBasisPoints: basisPoints(fields.get('marginBasisPoints'), problems) };
}

function nanosOf(field: FieldValue): bigint | undefined {
  const [, whole, fraction = ''] = RATE.exec(sourceOf(field)) ?? [];
  return whole === undefined ? undefined : BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function basisPoints(field: FieldValue | undefined, problems: string[]): number {
  const source = field === undefined ? '' : sourceOf(field);
  if (BASIS_POINTS.test(source)) return Number(source);
  problems.push('fx.marginBasisPoints: write whole hundredths of a percent, such as 250 for 2.5 percent');
  return 0;
}

function sourceOf(field: FieldValue): string {
  if (field.kind === 'number') return field.source;
  return field.kind === 'text' ? field.text : '';
}
