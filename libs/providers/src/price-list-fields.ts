import { type Currency, parseCurrency } from '@keybrake/domain';
import type { Fields, FieldValue } from './body/parsed-body.js';

const MICROS = /^(?:0|[1-9][0-9]{0,11})$/;

// Readers of a price list's members; each adds what is wrong to the problems and goes on.

export function currencyAt(fields: Fields, section: string, problems: string[], name = 'currency'): Currency {
  const field = fields.get(name);
  const currency = field?.kind === 'text' ? parseCurrency(field.text) : undefined;
  if (currency === undefined) problems.push(`${section}.${name}: write a currency code, such as "usd"`);
  return currency ?? ('usd' as Currency);
}

export function microsAt(field: FieldValue | undefined, place: string, problems: string[]): bigint {
  const source = field?.kind === 'number' ? field.source : field?.kind === 'text' ? field.text : '';
  if (MICROS.test(source)) return BigInt(source);
  problems.push(`${place}: write whole millionths of the currency, such as 14500 for 0.0145`);
  return 0n;
}

export function sectionAt(fields: Fields, name: string, problems: string[]): Fields {
  return objectAt(fields.get(name), name, problems);
}

export function objectAt(field: FieldValue | undefined, place: string, problems: string[]): Fields {
  if (field?.kind === 'object') return field.fields;
  problems.push(`${place}: write a JSON object`);
  return new Map();
}

export function refuseOthers(fields: Fields, path: string, known: readonly string[], problems: string[]): void {
  for (const name of fields.keys()) {
    if (!known.includes(name)) problems.push(`${path}${name}: not known here; the members are ${known.join(', ')}`);
  }
}
