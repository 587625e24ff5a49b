import { type Catalogue, type ListedOperation, type OperationRules, operationsOf } from '../operation-list.js';
import type { Operation, PriceRule } from '../provider.js';
import { chargeActual, paymentIntentActual, transferActual } from './actual.js';
import list from './operations.json' with { type: 'json' };
import * as billing from './rules/billing.js';
import * as payments from './rules/payments.js';
import * as refunds from './rules/refunds.js';
import { exact, never, wholeOf } from './rules/shapes.js';
import * as transfers from './rules/transfers.js';

const RENEWALS =
  'what this subscription will cost is not in the request. Change its items by POST /v1/subscriptions/{id}.';
const CARDS = 'an issued card spends what its limits allow, in payments that no call makes.';
const USAGE = 'usage is billed later, at a price that is not in the request.';

const money = (direction: 'in' | 'out', price: PriceRule, actual?: Operation['actual']): OperationRules =>
  actual === undefined ? { direction, price } : { direction, price, actual };

/** Amount rules by operation, each with its source where it is defined. */
const rules: Readonly<Record<string, OperationRules>> = {
  'POST /v1/charges': money('in', payments.chargePrice, chargeActual),
  'POST /v1/charges/{id}/capture': money('in', payments.chargeCapturePrice),
  'POST /v1/payment_intents': money('in', payments.paymentIntentPrice, paymentIntentActual),
  'POST /v1/payment_intents/{id}': money('in', payments.paymentIntentUpdatePrice),
  'POST /v1/payment_intents/{id}/confirm': money('in', payments.paymentIntentConfirmPrice, paymentIntentActual),
  'POST /v1/payment_intents/{id}/capture': money('in', payments.paymentIntentCapturePrice),
  'POST /v1/payment_intents/{id}/increment_authorization': money('in', payments.incrementAuthorizationPrice),
  'POST /v1/payment_intents/{id}/apply_customer_balance': money('in', payments.applyCustomerBalancePrice),
  'POST /v1/payment_intents/{id}/verify_microdeposits': money('in', payments.verifyMicrodepositsPrice),
  'POST /v1/terminal/readers/{id}/process_payment_intent': money('in', payments.readerPaymentPrice),
  'POST /v1/terminal/readers/{id}/confirm_payment_intent': money('in', payments.readerPaymentPrice),
  'POST /v1/terminal/readers/{id}/refund_payment': money('out', refunds.readerRefundPrice),

  'POST /v1/refunds': money('out', refunds.refundPrice, transferActual),
  'POST /v1/credit_notes': money('out', refunds.creditNotePrice),
  'POST /v1/customers': money('out', refunds.customerPrice),
  'POST /v1/customers/{id}': money('out', refunds.customerPrice),
  'POST /v1/customers/{id}/balance_transactions': money('out', refunds.customerBalancePrice),
  'POST /v1/billing/credit_grants': money('out', refunds.creditGrantPrice),
  'POST /v1/transfers/{id}/reversals': money('in', refunds.transferReversalPrice, transferActual),
  'POST /v1/application_fees/{id}/refunds': money('out', refunds.feeRefundPrice, transferActual),

  'POST /v1/transfers': money('out', transfers.transferPrice, transferActual),
  'POST /v1/payouts': money('out', exact('out'), transferActual),
  'POST /v1/payouts/{id}/reverse': money(
    'in',
    wholeOf('in', (id) => `/v1/payouts/${id}`),
  ),
  'POST /v1/topups': money('in', exact('in'), transferActual),
  'POST /v1/balance_settings': money(
    'out',
    never('out', 'a payout schedule pays out whatever the balance is, without a further call.'),
  ),
  'POST /v1/treasury/outbound_payments': money('out', exact('out'), transferActual),
  'POST /v1/treasury/outbound_transfers': money('out', exact('out'), transferActual),
  'POST /v1/treasury/inbound_transfers': money('in', exact('in'), transferActual),
  'POST /v1/treasury/credit_reversals': money('out', transfers.reversalOf('out', 'received_credit')),
  'POST /v1/treasury/debit_reversals': money('in', transfers.reversalOf('in', 'received_debit')),
  'POST /v1/climate/orders': money('out', transfers.climateOrderPrice),
  'POST /v2/money_management/outbound_payments': money('out', transfers.exactObject('out')),
  'POST /v2/money_management/inbound_transfers': money('in', transfers.exactObject('in')),
  'POST /v2/money_management/payout_intents': money('out', transfers.exactObject('out')),
  'POST /v2/money_management/payout_intents/{id}': money('out', transfers.payoutIntentPrice),
  'POST /v2/money_management/payout_intents/{id}/confirm': money('out', transfers.payoutIntentPrice),
  'POST /v2/money_management/payout_intents/{id}/refresh_fx_quote': money('out', transfers.payoutIntentPrice),

  'POST /v1/issuing/authorizations/{id}/approve': money('out', transfers.authorizationApprovalPrice),
  'POST /v1/issuing/cards': money('out', never('out', CARDS)),
  'POST /v1/issuing/cards/{id}': money('out', never('out', CARDS)),
  'POST /v1/issuing/cardholders': money('out', never('out', CARDS)),
  'POST /v1/issuing/cardholders/{id}': money('out', never('out', CARDS)),

  'POST /v1/invoices': money('in', billing.invoiceDraftPrice),
  'POST /v1/invoices/{id}': money('in', billing.invoiceDraftPrice),
  'POST /v1/invoices/{id}/pay': money('in', billing.invoicePayPrice),
  'POST /v1/invoices/{id}/finalize': money('in', billing.invoiceFinalizePrice),
  'POST /v1/invoices/{id}/send': money('in', billing.invoiceFinalizePrice),
  'POST /v1/invoiceitems': money('in', billing.invoiceItemPrice),
  'POST /v1/quotes/{id}/accept': money('in', billing.quoteAcceptPrice),
  'POST /v1/subscriptions': money('in', billing.subscriptionPrice),
  'POST /v1/subscriptions/{id}': money('in', billing.subscriptionPrice),
  'POST /v1/subscriptions/{id}/resume': money('in', never('in', RENEWALS)),
  'POST /v1/subscription_items': money('in', never('in', RENEWALS)),
  'POST /v1/subscription_items/{id}': money('in', never('in', RENEWALS)),
  'POST /v1/subscription_schedules': money('in', never('in', RENEWALS)),
  'POST /v1/subscription_schedules/{id}': money('in', never('in', RENEWALS)),
  'POST /v1/billing/meter_events': money('in', never('in', USAGE)),
  'POST /v2/billing/meter_events': money('in', never('in', USAGE)),
};

// A caller may choose the ids of these, also as a plain word.
const OWN_IDS = ['coupons', 'plans', 'prices', 'products'];
// Every id that Stripe makes has a digit or an upper-case letter; a word in its place would be another operation.
const MADE_ID = /[0-9A-Z]/;

function writes({ resource, template, method }: ListedOperation): OperationRules {
  const body = template.startsWith('/v2/') ? 'json' : 'form';
  return {
    ...(method === 'DELETE' ? {} : { body }),
    ...(OWN_IDS.includes(resource) ? {} : { idPattern: MADE_ID }),
  };
}

const catalogue: Catalogue = { list, writes, rules: new Map(Object.entries(rules)), unpriced: {} };

/** The operations of Stripe's API v1 and v2: docs.stripe.com/api. */
export const stripeOperations: readonly Operation[] = operationsOf(catalogue);
