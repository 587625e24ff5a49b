import type { Pricing } from '@keybrake/domain';
import { priced } from '../amount.js';
import { soleField } from '../body/fields.js';
import type { BodyProblem, Fields, FieldValue } from '../body/parsed-body.js';
import type { PriceList } from '../price-list.js';
import { isProblem, problem } from '../problem.js';
import type { PriceRule } from '../provider.js';

const BATCH_MAX = 100;

/** `POST /emails`: every to, cc and bcc address counts as one email. */
export const emailPrice: PriceRule = ({ body: { root }, prices }) => {
  if (root.kind !== 'object') return problem('The body must be one JSON object, the email.');
  const count = recipientCount(root.fields);
  return isProblem(count) ? count : priceOf(count, prices);
};

/** `POST /emails/batch`: a JSON list of 1 to 100 emails. */
export const batchPrice: PriceRule = ({ body: { root }, prices }) => {
  if (root.kind !== 'list') return problem('The body must be a JSON list of emails.');
  if (root.items.length === 0 || root.items.length > BATCH_MAX) {
    return problem(`A batch holds 1 to ${BATCH_MAX} emails.`);
  }
  let total = 0;
  for (const item of root.items) {
    if (item.kind !== 'object') return problem('Every item of the batch must be a JSON object, the email.');
    const count = recipientCount(item.fields);
    if (isProblem(count)) return count;
    total += count;
  }
  return priceOf(total, prices);
};

function priceOf(recipients: number, { resend }: PriceList): Pricing {
  return priced({ currency: resend.currency, micros: BigInt(recipients) * resend.emailMicros }, 'out');
}

function recipientCount(fields: Fields): number | BodyProblem {
  let total = 0;
  for (const name of ['to', 'cc', 'bcc']) {
    const field = soleField(fields, name);
    if (isProblem(field)) return field;
    const count = field === undefined ? 0 : addressCount(field);
    if (count === undefined) return problem(`${name} must be an address or a list of addresses.`, name);
    total += count;
    if (name === 'to' && total === 0) return problem('to is required.', 'to');
  }
  return total;
}

/** Undefined when the field is neither a text nor a list of texts. */
function addressCount(field: FieldValue): number | undefined {
  if (field.kind === 'text') return addressesIn(field.text);
  if (field.kind !== 'list') return undefined;
  let total = 0;
  for (const item of field.items) {
    if (item.kind !== 'text') return undefined;
    total += addressesIn(item.text);
  }
  return total;
}

// One text may smuggle several addresses; each has an @, so their number is an upper bound.
function addressesIn(text: string): number {
  return Math.max(1, text.split('@').length - 1);
}
