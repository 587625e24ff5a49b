import { JsonProblem, parseJsonText } from './body/json-text.js';
import type { Fields, FieldValue } from './body/parsed-body.js';
import { readFx } from './fx-section.js';
import { defaultPriceList, type PriceList } from './price-list.js';
import { currencyAt, microsAt, objectAt, refuseOthers, sectionAt } from './price-list-fields.js';

export type PriceListReading =
  | { readonly kind: 'prices'; readonly prices: PriceList }
  /** All of them, each with the place and the fix. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

// Twilio ends a call after four hours, or 24 where the account may have such long ones.
const CALL_SECONDS_MAX = 86_400;
const PREFIX = /^\+[1-9][0-9]{0,6}$/;

/**
 * Reads an operator's price list:
 * `{"twilio": {"currency": "usd", "smsSegmentMicros": {"+1": 14500}, "mmsMicros": {"+1": 32000},
 *   "callMinuteMicros": {"+1": 14000}, "callTimeLimitSeconds": 600, "callInstructions": "inline"},
 *   "resend": {"currency": "usd", "emailMicros": 900},
 *   "fx": {"base": "usd", "marginBasisPoints": 250, "rates": {"eur": 1.0852}}}`.
 * A section that is left out keeps its default; one that is given is given whole, but for what concerns calls: without
 * `callMinuteMicros` they are unpriced.
 */
export function parsePriceList(json: string): PriceListReading {
  const problems: string[] = [];
  const root = parseRoot(json, problems);
  const defaults = defaultPriceList();
  refuseOthers(root, '', ['twilio', 'resend', 'fx'], problems);
  const twilio = root.has('twilio') ? readTwilio(sectionAt(root, 'twilio', problems), problems) : defaults.twilio;
  const resend = root.has('resend') ? readResend(sectionAt(root, 'resend', problems), problems) : defaults.resend;
  const fx = root.has('fx') ? readFx(sectionAt(root, 'fx', problems), problems) : defaults.fx;
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'prices', prices: { twilio, resend, fx } };
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
