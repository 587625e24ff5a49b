import { moneyFromMinor } from '@keybrake/domain';
import { priced, readAmount, readCurrency, unpriced } from '../../amount.js';
import { flagField, soleField, textField } from '../../body/fields.js';
import { type Fields, fieldsOf } from '../../body/parsed-body.js';
import { type Answer, lookUp, moneyOf, preview } from '../../look-up.js';
import { isProblem, problem, type RequestProblem } from '../../problem.js';
import type { LookUp, PriceRule } from '../../provider.js';
import { asObject } from '../../upstream-meaning.js';

const invoicePath = (id: string) => `/v1/invoices/${id}`;

/** docs.stripe.com/api/invoices/pay: what is left to pay, or nothing that moves here when it was paid elsewhere. */
export const invoicePayPrice: PriceRule = ({ body, ids }) => {
  const elsewhere = flagField(fieldsOf(body), 'paid_out_of_band');
  if (isProblem(elsewhere)) return elsewhere;
  return elsewhere ? { kind: 'free' } : lookUp('in', invoicePath(ids.id ?? ''), openInvoice);
};

// A draft can still change; a finalised invoice cannot.
function openInvoice(invoice: Answer) {
  return invoice.status === 'draft'
    ? unpriced('the invoice is a draft, whose amount may still change. Finalize it first.', 'in')
    : moneyOf(invoice, invoice.amount_remaining);
}

/** docs.stripe.com/api/invoices/finalize and /send: Stripe then charges by itself, unless told not to. */
export const invoiceFinalizePrice: PriceRule = ({ body, ids }) => {
  const fields = fieldsOf(body);
  const advance = flagField(fields, 'auto_advance');
  if (isProblem(advance)) return advance;
  if (soleField(fields, 'auto_advance') !== undefined && !advance) return { kind: 'free' };
  return lookUp('in', invoicePath(ids.id ?? ''), (invoice) =>
    invoice.collection_method === 'send_invoice' ? { kind: 'free' } : moneyOf(invoice, invoice.amount_due),
  );
};

/** docs.stripe.com/api/invoices/create and /update: a draft, which nothing but `auto_advance` charges by itself. */
export const invoiceDraftPrice: PriceRule = ({ body }) => {
  const advance = flagField(fieldsOf(body), 'auto_advance');
  if (isProblem(advance)) return advance;
  return advance
    ? unpriced(
        'with auto_advance, Stripe charges the invoice later with whatever is on it then. Pay it by a call.',
        'in',
      )
    : { kind: 'free' };
};

/** docs.stripe.com/api/invoiceitems/create: on a named draft, or on whatever invoice comes next, charged by itself. */
export const invoiceItemPrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  const invoice = textField(fields, 'invoice');
  if (isProblem(invoice)) return invoice;
  const amount = readAmount(fields, 'amount', { signed: true });
  if (isProblem(amount)) return amount;
  const currency = readCurrency(fields, 'currency');
  if (isProblem(currency)) return currency;
  if (invoice !== undefined) return { kind: 'free' };
  if (amount === undefined || currency === undefined) {
    return unpriced(
      'the price of this item is not in the request. Send amount and currency, or name a draft invoice.',
      'in',
    );
  }
  return amount <= 0n ? { kind: 'free' } : priced(moneyFromMinor(amount, currency), 'in');
};

/** docs.stripe.com/api/quotes/accept: the first invoice, or the first period of what it starts. */
export const quoteAcceptPrice: PriceRule = ({ ids }) =>
  lookUp('in', `/v1/quotes/${ids.id ?? ''}`, (quote) => {
    const upfront = asObject(asObject(quote.computed)?.upfront)?.amount_total;
    const total = quote.amount_total;
    if (typeof total !== 'number') return undefined;
    return moneyOf(quote, typeof upfront === 'number' ? Math.max(upfront, total) : total);
  });

// What create_preview takes under the same name, and what has no part in the amount.
const ITEM = /^items\[\d{1,2}\]\[(?:price|quantity|id|deleted)\]$/;
const SAME_NAME = new Set(['customer', 'currency', 'coupon']);
const NO_PART =
  /^(?:metadata\[.*|description|default_payment_method|default_source|off_session|payment_behavior|collection_method|days_until_due|expand\[.*|cancel_at|cancel_at_period_end|cancellation_details\[.*)$/;

/**
 * docs.stripe.com/api/subscriptions/create and /update: the invoice that `create_preview` computes for the same items.
 * Later periods renew without a call, so no cap counts them. A field that can't be previewed leaves the call unpriced.
 */
export const subscriptionPrice: PriceRule = ({ body, ids }) => {
  const form = previewForm(fieldsOf(body), ids.id);
  if (isProblem(form)) return form;
  if (typeof form === 'string') {
    return unpriced(`${form} is not in the preview that would tell the amount. Leave it out.`, 'in');
  }
  if (!form.some(([name]) => name.startsWith('subscription_details[items]'))) {
    return ids.id === undefined
      ? unpriced('a new subscription costs what its items do. Send items.', 'in')
      : { kind: 'free' };
  }
  return preview('in', '/v1/invoices/create_preview', form, (invoice) => moneyOf(invoice, invoice.amount_due));
};

/** The preview's form; or the name of a field that it can't show. */
function previewForm(fields: Fields, subscription: string | undefined): LookUp['form'] | string | RequestProblem {
  const form: [string, string][] = subscription === undefined ? [] : [['subscription', subscription]];
  for (const [name, value] of fields) {
    if (NO_PART.test(name)) continue;
    if (value.kind !== 'text') return problem(`${name} must be one text.`, name);
    if (ITEM.test(name)) form.push([`subscription_details[${name.replace('[', '][')}`, value.text]);
    else if (name === 'proration_behavior') form.push([`subscription_details[${name}]`, value.text]);
    else if (SAME_NAME.has(name)) form.push([name, value.text]);
    else return name.slice(0, 100);
  }
  return form;
}
