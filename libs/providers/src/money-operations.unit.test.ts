import { formatMoney, type Pricing } from '@keybrake/domain';
import { describe, expect, test } from 'vitest';
import { matchOperation } from './operation-match.js';
import { defaultPriceList } from './price-list.js';
import { isProblem, type RequestProblem } from './problem.js';
import { lookedUp, priceOf } from './read-price.fixture.js';
import { providerById } from './registry.js';

const charge = { currency: 'usd', amount: 900, amount_captured: 900, amount_refunded: 200 };
const invoice = { currency: 'usd', status: 'open', amount_due: 800, amount_remaining: 500 };
const draft = { ...invoice, status: 'draft' };
const v2 = '{"amount":{"value":700,"currency":"usd"}}';
const ITEMS = 'customer=cus_1&items[0][price]=price_1&items[0][quantity]=2';

/** Path, body, what a look-up finds (if it looks), and what is reserved: `in 7.00 USD`, `free`, `unpriced`, or a problem's field. */
type Row = readonly [path: string, body: string, found: unknown, reserved: string];

const STRIPE: readonly Row[] = [
  ['/v1/charges', 'amount=700&currency=usd&capture=false', undefined, 'in 7.00 USD'],
  ['/v1/charges', 'amount=700&currency=jpy', undefined, 'in 700 JPY'],
  ['/v1/charges', 'amount=7000&currency=kwd', undefined, 'in 7.000 KWD'],
  ['/v1/charges/ch_1/capture', '', charge, 'in 9.00 USD'],
  ['/v1/charges/ch_1/capture', 'amount=300', charge, 'in 3.00 USD'],
  ['/v1/payment_intents', 'amount=700&currency=usd&confirm=true', undefined, 'in 7.00 USD'],
  ['/v1/payment_intents', 'amount=700&currency=usd', undefined, 'free'],
  ['/v1/payment_intents/pi_1', 'amount=800', undefined, 'unpriced'],
  ['/v1/payment_intents/pi_1', 'metadata[a]=b', undefined, 'free'],
  ['/v1/payment_intents/pi_1/confirm', '', charge, 'in 9.00 USD'],
  ['/v1/payment_intents/pi_1/confirm', 'amount_to_confirm=700', charge, 'in 7.00 USD'],
  ['/v1/payment_intents/pi_1/capture', '', { currency: 'usd', amount_capturable: 600 }, 'in 6.00 USD'],
  ['/v1/payment_intents/pi_1/capture', 'amount_to_capture=100', charge, 'in 1.00 USD'],
  ['/v1/payment_intents/pi_1/increment_authorization', 'amount=1200', charge, 'in 3.00 USD'],
  ['/v1/payment_intents/pi_1/increment_authorization', 'amount=500', charge, 'in 0.00 USD'],
  ['/v1/payment_intents/pi_1/increment_authorization', 'amount=1200', { currency: 'usd' }, 'unpriced'],
  ['/v1/payment_intents/pi_1/apply_customer_balance', '', charge, 'in 9.00 USD'],
  ['/v1/payment_intents/pi_1/apply_customer_balance', 'amount=100', charge, 'in 1.00 USD'],
  ['/v1/payment_intents/pi_1/verify_microdeposits', 'amounts[]=32&amounts[]=45', charge, 'in 9.00 USD'],
  ['/v1/terminal/readers/tmr_1/process_payment_intent', 'payment_intent=pi_1', charge, 'in 9.00 USD'],
  ['/v1/terminal/readers/tmr_1/confirm_payment_intent', 'payment_intent=pi_1', charge, 'in 9.00 USD'],
  ['/v1/terminal/readers/tmr_1/refund_payment', 'charge=ch_1', charge, 'out 7.00 USD'],
  ['/v1/refunds', 'charge=ch_1', charge, 'out 7.00 USD'],
  ['/v1/refunds', 'payment_intent=pi_1', { currency: 'usd', latest_charge: charge }, 'out 7.00 USD'],
  ['/v1/refunds', 'payment_intent=pi_1', { currency: 'usd', latest_charge: 'ch_1' }, 'unpriced'],
  ['/v1/refunds', 'charge=ch_1&payment_intent=pi_1', undefined, 'payment_intent'],
  ['/v1/refunds', 'charge=ch_1&amount=100', { ...charge, currency: 'krw' }, 'out 100 KRW'],
  ['/v1/refunds', 'origin=customer_balance&customer=cus_1&amount=100&currency=usd', undefined, 'out 1.00 USD'],
  ['/v1/credit_notes', 'invoice=in_1&refund_amount=100&credit_amount=50', invoice, 'out 1.50 USD'],
  ['/v1/credit_notes', 'invoice=in_1&amount=100', invoice, 'out 1.00 USD'],
  ['/v1/credit_notes', 'invoice=in_1&lines[0][quantity]=1', undefined, 'unpriced'],
  ['/v1/customers', 'email=a@example.com', undefined, 'free'],
  ['/v1/customers', 'balance=-500', undefined, 'unpriced'],
  ['/v1/customers/cus_1', 'balance=-500', undefined, 'unpriced'],
  ['/v1/customers/cus_1/balance_transactions', 'amount=-500&currency=usd', undefined, 'out 5.00 USD'],
  ['/v1/customers/cus_1/balance_transactions', 'amount=500&currency=usd', undefined, 'in 5.00 USD'],
  [
    '/v1/billing/credit_grants',
    'amount[type]=monetary&amount[monetary][value]=700&amount[monetary][currency]=usd&customer=cus_1',
    undefined,
    'out 7.00 USD',
  ],
  [
    '/v1/billing/credit_grants',
    'amount[monetary][value]=7&amount[monetary][currency]=usd&amount[monetary][value][]=9',
    undefined,
    'amount[monetary][value][]',
  ],
  ['/v1/billing/credit_grants', 'customer=cus_1', undefined, 'unpriced'],
  ['/v1/transfers/tr_1/reversals', '', { currency: 'usd', amount: 900, amount_reversed: 300 }, 'in 6.00 USD'],
  ['/v1/transfers/tr_1/reversals', 'amount=100', charge, 'in 1.00 USD'],
  ['/v1/application_fees/fee_1/refunds', '', charge, 'out 7.00 USD'],
  ['/v1/application_fees/fee_1/refunds', 'amount=10', charge, 'out 0.10 USD'],
  ['/v1/transfers', 'amount=700&currency=usd&destination=acct_1', undefined, 'out 7.00 USD'],
  ['/v1/transfers', 'source_transaction=ch_1&currency=usd&destination=acct_1', undefined, 'unpriced'],
  ['/v1/payouts', 'amount=700&currency=usd', undefined, 'out 7.00 USD'],
  ['/v1/payouts/po_1/reverse', '', charge, 'in 9.00 USD'],
  ['/v1/topups', 'amount=700&currency=usd', undefined, 'in 7.00 USD'],
  ['/v1/balance_settings', 'payments[payouts][schedule][interval]=daily', undefined, 'unpriced'],
  ['/v1/treasury/outbound_payments', 'amount=700&currency=usd&financial_account=fa_1', undefined, 'out 7.00 USD'],
  ['/v1/treasury/outbound_transfers', 'amount=700&currency=usd&financial_account=fa_1', undefined, 'out 7.00 USD'],
  ['/v1/treasury/inbound_transfers', 'amount=700&currency=usd&financial_account=fa_1', undefined, 'in 7.00 USD'],
  ['/v1/treasury/credit_reversals', 'received_credit=rc_1', charge, 'out 9.00 USD'],
  ['/v1/treasury/debit_reversals', 'received_debit=rd_1', charge, 'in 9.00 USD'],
  ['/v1/climate/orders', 'product=climsku_1&amount=700&currency=usd', undefined, 'out 7.00 USD'],
  ['/v1/climate/orders', 'product=climsku_1&metric_tons=1', undefined, 'unpriced'],
  ['/v2/money_management/outbound_payments', v2, undefined, 'out 7.00 USD'],
  ['/v2/money_management/outbound_payments', '{"amount":{"value":7.5,"currency":"usd"}}', undefined, 'value'],
  ['/v2/money_management/inbound_transfers', v2, undefined, 'in 7.00 USD'],
  ['/v2/money_management/payout_intents', v2, undefined, 'out 7.00 USD'],
  ['/v2/money_management/payout_intents/pyi_1', v2, undefined, 'out 7.00 USD'],
  ['/v2/money_management/payout_intents/pyi_1/confirm', '{}', JSON.parse(v2), 'out 7.00 USD'],
  ['/v2/money_management/payout_intents/pyi_1/refresh_fx_quote', '{}', JSON.parse(v2), 'out 7.00 USD'],
  ['/v1/issuing/authorizations/iauth_1/approve', 'amount=100', { pending_request: charge }, 'out 1.00 USD'],
  ['/v1/issuing/authorizations/iauth_1/approve', '', { pending_request: charge }, 'out 9.00 USD'],
  ['/v1/issuing/authorizations/iauth_1/approve', '', { pending_request: null }, 'unpriced'],
  ['/v1/issuing/cards', 'currency=usd&type=virtual', undefined, 'unpriced'],
  ['/v1/issuing/cards/ic_1', 'status=active', undefined, 'unpriced'],
  ['/v1/issuing/cardholders', 'name=Ann', undefined, 'unpriced'],
  ['/v1/issuing/cardholders/ich_1', 'name=Ann', undefined, 'unpriced'],
  ['/v1/invoices', 'customer=cus_1', undefined, 'free'],
  ['/v1/invoices', 'customer=cus_1&auto_advance=true', undefined, 'unpriced'],
  ['/v1/invoices/in_1', 'auto_advance=true', undefined, 'unpriced'],
  ['/v1/invoices/in_1/pay', '', invoice, 'in 5.00 USD'],
  ['/v1/invoices/in_1/pay', '', draft, 'unpriced'],
  ['/v1/invoices/in_1/pay', 'paid_out_of_band=true', undefined, 'free'],
  ['/v1/invoices/in_1/finalize', '', draft, 'in 8.00 USD'],
  ['/v1/invoices/in_1/finalize', 'auto_advance=false', undefined, 'free'],
  ['/v1/invoices/in_1/send', '', { ...draft, collection_method: 'send_invoice' }, 'free'],
  ['/v1/invoiceitems', 'customer=cus_1&amount=700&currency=usd', undefined, 'in 7.00 USD'],
  ['/v1/invoiceitems', 'customer=cus_1&amount=-700&currency=usd', undefined, 'free'],
  ['/v1/invoiceitems', 'customer=cus_1&invoice=in_1&pricing[price]=price_1', undefined, 'free'],
  ['/v1/invoiceitems', 'customer=cus_1&pricing[price]=price_1', undefined, 'unpriced'],
  ['/v1/quotes/qt_1/accept', '', { currency: 'usd', amount_total: 700 }, 'in 7.00 USD'],
  [
    '/v1/quotes/qt_1/accept',
    '',
    { currency: 'usd', amount_total: 700, computed: { upfront: { amount_total: 900 } } },
    'in 9.00 USD',
  ],
  ['/v1/subscriptions', ITEMS, invoice, 'in 8.00 USD'],
  ['/v1/subscriptions', `${ITEMS}&trial_period_days=30`, undefined, 'unpriced'],
  ['/v1/subscriptions/sub_1', 'items[0][id]=si_1&items[0][quantity]=3', invoice, 'in 8.00 USD'],
  ['/v1/subscriptions', 'customer=cus_1', undefined, 'unpriced'],
  ['/v1/subscriptions/sub_1', 'metadata[a]=b', undefined, 'free'],
  ['/v1/subscriptions/sub_1', 'cancel_at_period_end=true', undefined, 'free'],
  [
    '/v1/subscriptions/sub_1',
    'items[0][id]=si_1&items[0][quantity]=3&proration_behavior=always_invoice',
    invoice,
    'in 8.00 USD',
  ],
  ['/v1/subscriptions/sub_1/resume', '', undefined, 'unpriced'],
  ['/v1/subscription_items', 'subscription=sub_1&price=price_1', undefined, 'unpriced'],
  ['/v1/subscription_items/si_1', 'quantity=3', undefined, 'unpriced'],
  ['/v1/subscription_schedules', 'from_subscription=sub_1', undefined, 'unpriced'],
  ['/v1/subscription_schedules/sub_sched_1', 'end_behavior=cancel', undefined, 'unpriced'],
  ['/v1/billing/meter_events', 'event_name=tokens&payload[value]=25', undefined, 'unpriced'],
  ['/v2/billing/meter_events', '{"event_name":"tokens","payload":{"value":"25"}}', undefined, 'unpriced'],
];

const ACCOUNT = '/2010-04-01/Accounts/AC1';
const CALL = 'To=%2B14155550100&From=%2B14155550111';
const SAY = 'Twiml=%3CResponse%3E%3CSay%3EHello%3C%2FSay%3E%3C%2FResponse%3E';
const DIAL = 'Twiml=%3CResponse%3E%3CDial%3E%2B881%3C%2FDial%3E%3C%2FResponse%3E';
const TWILIO: readonly Row[] = [
  [`${ACCOUNT}/Messages.json`, `${CALL}&Body=Hello`, undefined, 'out 0.0145 USD'],
  [`${ACCOUNT}/Messages.json`, 'To=%2B447700900123&From=%2B1415555&Body=Hello', undefined, 'unpriced'],
  [`${ACCOUNT}/Messages/SM1.json`, 'Status=canceled', undefined, 'free'],
  [`${ACCOUNT}/Messages/SM1.json`, 'Body=', undefined, 'Status'],
  [`${ACCOUNT}/Calls.json`, `${CALL}&${SAY}`, undefined, 'out 0.14 USD'],
  [`${ACCOUNT}/Calls.json`, `${CALL}&${SAY}&TimeLimit=61`, undefined, 'out 0.028 USD'],
  [`${ACCOUNT}/Calls.json`, `${CALL}&${SAY}&TimeLimit=14400`, undefined, 'out 0.14 USD'],
  [`${ACCOUNT}/Calls.json`, `${CALL}&${SAY}&TimeLimit=1e3`, undefined, 'TimeLimit'],
  [`${ACCOUNT}/Calls.json`, `${CALL}&${SAY}&Record=true`, undefined, 'unpriced'],
  [`${ACCOUNT}/Calls.json`, `${CALL}&${DIAL}`, undefined, 'unpriced'],
  [`${ACCOUNT}/Calls.json`, `${CALL}&Url=https://example.com/twiml`, undefined, 'unpriced'],
  [`${ACCOUNT}/Calls.json`, `To=client:ann&From=%2B14155550111&${SAY}`, undefined, 'unpriced'],
  [`${ACCOUNT}/Calls/CA1.json`, 'Status=completed', undefined, 'free'],
  [`${ACCOUNT}/Calls/CA1.json`, 'Url=https://example.com/twiml', undefined, 'unpriced'],
];

const MAIL = '{"from":"a@example.com","to":["b@example.com","c@example.com"],"bcc":"d@example.com","subject":"s"}';
const RESEND: readonly Row[] = [
  ['/emails', MAIL, undefined, 'out 0.0027 USD'],
  ['/emails/batch', `[${MAIL},${MAIL}]`, undefined, 'out 0.0054 USD'],
  ['/inboxes/in1/threads/th1/emails/em1/forward', MAIL, undefined, 'out 0.0027 USD'],
];

function shown(price: Pricing | RequestProblem): string {
  if (isProblem(price)) return price.param ?? price.invalid;
  return price.kind === 'priced' ? `${price.direction} ${formatMoney(price.amount)}` : price.kind;
}

describe.each([
  ['stripe', STRIPE],
  ['twilio', TWILIO],
  ['resend', RESEND],
] as const)('%s', (id, rows) => {
  test.each(rows)('POST %s %s', (path, body, found, reserved) => {
    const price = priceOf(providerById(id), path, body);
    const looks = !isProblem(price) && price.kind === 'look_up';
    expect(looks).toBe(found !== undefined);
    expect(shown(looks ? lookedUp(price, found) : (price as Pricing | RequestProblem))).toBe(reserved);
    if (looks) expect(lookedUp(price, {})).toMatchObject({ kind: 'unpriced', direction: price.direction });
  });

  test('every operation with an amount rule of its own has a row, and every other money operation is unpriced', () => {
    const provider = providerById(id);
    const inTable = new Set(rows.map(([path]) => matchOperation(provider, 'POST', path)?.operation));
    const root = { kind: 'object', fields: new Map() } as const;
    const call = {
      body: { root, canonical: new Uint8Array(), contentType: '' },
      ids: {},
      prices: defaultPriceList(),
    };
    const open = provider.operations.filter((operation) => {
      if (operation.class !== 'money' || inTable.has(operation)) return false;
      const read = operation.price?.(call);
      return read === undefined || isProblem(read) || read.kind !== 'unpriced';
    });
    expect(open.map(({ method, template }) => `${method} ${template}`)).toEqual([]);
  });
});

test('a call that may run longer than the price list allows is shortened, not refused', () => {
  const prices = { ...defaultPriceList(), twilio: { ...defaultPriceList().twilio, callInstructions: 'any' as const } };
  const withUrl = `${CALL}&Url=https://example.com/twiml&TimeLimit=9999`;
  const price = priceOf(providerById('twilio'), `${ACCOUNT}/Calls.json`, withUrl, prices);
  expect(price).toMatchObject({ kind: 'priced', amount: { micros: 140_000n } });
});

test('a look-up goes to an operation that changes nothing and is in the catalogue', () => {
  for (const [path, body] of STRIPE) {
    const price = priceOf(providerById('stripe'), path, body);
    if (isProblem(price) || price.kind !== 'look_up') continue;
    const matched = matchOperation(providerById('stripe'), price.method, price.path);
    expect([price.path, matched?.operation.class]).toEqual([price.path, price.method === 'GET' ? 'read' : 'free']);
    if (price.method === 'POST') expect(price.path).toBe('/v1/invoices/create_preview');
  }
});
