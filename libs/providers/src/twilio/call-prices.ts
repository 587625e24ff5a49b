import { priced, unpriced } from '../amount.js';
import { soleField, textField } from '../body/fields.js';
import { withTextField } from '../body/form.js';
import { type Fields, fieldsOf, type ParsedBody } from '../body/parsed-body.js';
import type { PriceList } from '../price-list.js';
import { isProblem, problem, type RequestProblem } from '../problem.js';
import type { PriceRule } from '../provider.js';
import { isPhoneNumber, priceFor } from './destination.js';

const SECONDS = /^[1-9][0-9]{0,5}$/;

// What a call may ask for at the price of its minutes; recording, answering-machine detection and the like cost more.
const PLAIN_FIELDS =
  'To From Twiml Url Method FallbackUrl FallbackMethod StatusCallback StatusCallbackEvent StatusCallbackMethod TimeLimit Timeout SendDigits Trim CallReason CallToken'.split(
    ' ',
  );
// TwiML that neither calls nor writes to anybody else: twilio.com/docs/voice/twiml.
const PLAIN_VERBS = ['Response', 'Say', 'Play', 'Pause', 'Hangup', 'Reject'];

/** Sets `TimeLimit` to the price list's, unless the caller wants less: it bounds what the call can cost. */
export function limitCallTime(body: ParsedBody, prices: PriceList): ParsedBody | RequestProblem {
  const given = textField(fieldsOf(body), 'TimeLimit');
  if (isProblem(given)) return given;
  if (given !== undefined && !SECONDS.test(given)) return problem('TimeLimit must be whole seconds.', 'TimeLimit');
  const { callTimeLimitSeconds } = prices.twilio;
  if (given !== undefined && Number(given) <= callTimeLimitSeconds) return body;
  return withTextField(body, 'TimeLimit', String(callTimeLimitSeconds));
}

/** `POST …/Calls.json`: the minutes of its `TimeLimit`, each begun one whole, at the price of the number's country. */
export const callPrice: PriceRule = ({ body, prices }) => {
  const fields = fieldsOf(body);
  const to = textField(fields, 'To');
  if (isProblem(to)) return to;
  if (to === undefined) return problem('To is required.', 'To');
  const dearer = dearerThanMinutes(fields, prices);
  if (dearer !== undefined) return isProblem(dearer) ? dearer : unpriced(dearer, 'out');
  const seconds = textField(fields, 'TimeLimit');
  if (isProblem(seconds)) return seconds;
  const minuteMicros = isPhoneNumber(to) ? priceFor(prices.twilio.callMinuteMicros, to) : undefined;
  if (minuteMicros === undefined)
    return unpriced('the price list has no price of a minute to this destination.', 'out');
  const minutes = Math.ceil(Number(seconds ?? prices.twilio.callTimeLimitSeconds) / 60);
  return priced({ currency: prices.twilio.currency, micros: BigInt(minutes) * minuteMicros }, 'out');
};

/** Why the call may cost more than its minutes, if so. */
function dearerThanMinutes(fields: Fields, prices: PriceList): string | undefined | RequestProblem {
  const other = [...fields.keys()].find((name) => !PLAIN_FIELDS.includes(name));
  if (other !== undefined) return `${other.slice(0, 100)} may cost more than the minutes of a call.`;
  const twiml = textField(fields, 'Twiml');
  if (isProblem(twiml)) return twiml;
  if (twiml !== undefined)
    return isPlain(twiml) ? undefined : `only ${PLAIN_VERBS.join(', ')} are known to cost nothing more.`;
  if (prices.twilio.callInstructions === 'any' || soleField(fields, 'Url') === undefined) return undefined;
  return 'the instructions behind Url may call or write to others. Send Twiml, or let the operator vouch for Url with callInstructions in the price list.';
}

function isPlain(twiml: string): boolean {
  const tags = [...twiml.matchAll(/<\s*([^\s/>]*)/g)].map((match) => match[1] ?? '');
  return tags.every((tag) => tag === '' || PLAIN_VERBS.includes(tag) || tag.startsWith('?xml'));
}

/** `POST …/Calls/{Sid}.json`: ending a call costs nothing; new instructions may cost anything. */
export const callUpdatePrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  const status = textField(fields, 'Status');
  if (isProblem(status)) return status;
  const ends = status === 'completed' || status === 'canceled';
  return ends && fields.size === 1
    ? { kind: 'free' }
    : unpriced('new instructions for a call may cost anything.', 'out');
};
