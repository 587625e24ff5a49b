import { type Currency, parseCurrency } from '@keybrake/domain';
import { JsonProblem, parseJsonText } from './body/json-text.js';
import type { Fields, FieldValue } from './body/parsed-body.js';
import { defaultPriceList, type PriceList } from './price-list.js';

export type PriceListReading =
  | { readonly kind: 'prices'; readonly prices: PriceList }
  /** All of them, each with the place and the fix. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

const MICROS = /^(?:0|[1-9][0-9]{0,11})$/;
// Twilio ends a call after four hours, or 24 where the account may have such long ones.
const CALL_SECONDS_MAX = 86_400;
const PREFIX = /^\+[1-9][0-9]{0,6}$/;

/**
 * Reads an operator's price list:
 * `{"twilio": {"currency": "usd", "smsSegmentMicros": {"+1": 14500}, "mmsMicros": {"+1": 32000},
 *   "callMinuteMicros": {"+1": 14000}, "callTimeLimitSeconds": 600, "callInstructions": "inline"},
 *   "resend": {"currency": "usd", "emailMicros": 900}}`.
 * A section that is left out keeps its default; one that is given is given whole, but for what concerns calls: without
 * `callMinuteMicros` they are unpriced.
 */
export function parsePriceList(json: string): PriceListReading {
  const problems: string[] = [];
  const root = parseRoot(json, problems);
  const defaults = defaultPriceList();
  refuseOthers(root, '', ['twilio', 'resend'], problems);
  const twilio = root.has('twilio') ? readTwilio(sectionAt(root, 'twilio', problems), problems) : defaults.twilio;
  const resend = root.has('resend') ? readResend(sectionAt(root, 'resend', problems), problems) : defaults.resend;
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'prices', prices: { twilio, resend } };
}

function parseRoot(json: string, problems: string[]): Fields {
  try {
    return objectAt(parseJsonText(json), 'the price list', problems);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    problems.push(`the price list is not valid JSON: ${error.message}`);
    return new Map();
  }
}

function readTwilio(fields: Fields, problems: string[]): PriceList['twilio'] {
  const calls = ['callMinuteMicros', 'callTimeLimitSeconds', 'callInstructions'];
  refuseOthers(fields, 'twilio.', ['currency', 'smsSegmentMicros', 'mmsMicros', ...calls], problems);
  return {
    currency: currencyAt(fields, 'twilio', problems),
    smsSegmentMicros: byPrefix(fields, 'smsSegmentMicros', problems),
    mmsMicros: byPrefix(fields, 'mmsMicros', problems),
    callMinuteMicros: fields.has('callMinuteMicros') ? byPrefix(fields, 'callMinuteMicros', problems) : {},
    callTimeLimitSeconds: callTimeLimitSeconds(fields.get('callTimeLimitSeconds'), problems),
    callInstructions: callInstructions(fields.get('callInstructions'), problems),
  };
}

function callTimeLimitSeconds(field: FieldValue | undefined, problems: string[]): number {
  if (field === undefined) return defaultPriceList().twilio.callTimeLimitSeconds;
  const seconds = field.kind === 'number' ? Number(field.source) : 0;
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= CALL_SECONDS_MAX) return seconds;
  problems.push(`twilio.callTimeLimitSeconds: write whole seconds from 1 to ${CALL_SECONDS_MAX}`);
  return 0;
}

function callInstructions(field: FieldValue | undefined, problems: string[]): 'inline' | 'any' {
  if (field === undefined) return 'inline';
  if (field.kind === 'text' && (field.text === 'inline' || field.text === 'any')) return field.text;
  problems.push('twilio.callInstructions: write "inline" or "any"');
  return 'inline';
}

function readResend(fields: Fields, problems: string[]): PriceList['resend'] {
  refuseOthers(fields, 'resend.', ['currency', 'emailMicros'], problems);
  return {
    currency: currencyAt(fields, 'resend', problems),
    emailMicros: microsAt(fields.get('emailMicros'), 'resend.emailMicros', problems),
  };
}

function byPrefix(fields: Fields, name: string, problems: string[]): Record<string, bigint> {
  const prices: Record<string, bigint> = {};
  for (const [prefix, value] of objectAt(fields.get(name), `twilio.${name}`, problems)) {
    const place = `twilio.${name}["${prefix}"]`;
    if (!PREFIX.test(prefix))
      problems.push(`${place}: write the dialling prefix as + and 1 to 7 digits, such as "+44"`);
    else prices[prefix] = microsAt(value, place, problems);
  }
  return prices;
}

function currencyAt(fields: Fields, section: string, problems: string[]): Currency {
  const field = fields.get('currency');
  const currency = field?.kind === 'text' ? parseCurrency(field.text) : undefined;
  if (currency === undefined) problems.push(`${section}.currency: write a currency code, such as "usd"`);
  return currency ?? ('usd' as Currency);
}

function microsAt(field: FieldValue | undefined, place: string, problems: string[]): bigint {
  const source = field?.kind === 'number' ? field.source : field?.kind === 'text' ? field.text : '';
  if (MICROS.test(source)) return BigInt(source);
  problems.push(`${place}: write whole millionths of the currency, such as 14500 for 0.0145`);
  return 0n;
}

function sectionAt(fields: Fields, name: string, problems: string[]): Fields {
  return objectAt(fields.get(name), name, problems);
}

function objectAt(field: FieldValue | undefined, place: string, problems: string[]): Fields {
  if (field?.kind === 'object') return field.fields;
  problems.push(`${place}: write a JSON object`);
  return new Map();
}

function refuseOthers(fields: Fields, path: string, known: readonly string[], problems: string[]): void {
  for (const name of fields.keys()) {
    if (!known.includes(name)) problems.push(`${path}${name}: not known here; the members are ${known.join(', ')}`);
  }
}
