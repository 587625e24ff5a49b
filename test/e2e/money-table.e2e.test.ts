import { providerById } from '@keybrake/providers';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { startSystem } from '../harness/start-system.ts';
import { type StripeMock, startStripeMock, stripeMockAvailable } from '../harness/stripe-mock.ts';
import type { System } from '../harness/system.ts';

/** Reserved, and committed by the answer; in US cents. */
type Row = readonly [path: string, body: string, reserved: string, committed: string];

const available = stripeMockAvailable();
if (!available) console.warn('stripe-mock is neither there nor can it be built: install Go to run its tests');

// What the mock answers for any id: a charge of 1.00, a payment intent of 10.99, a transfer of 11.00 and so on.
const ROWS: readonly Row[] = [
  ['/v1/charges', 'amount=700&currency=usd&source=tok_visa', '700', '700'],
  ['/v1/charges/ch_1/capture', '', '100', '100'],
  ['/v1/payment_intents', 'amount=700&currency=usd&confirm=true', '700', '0'],
  ['/v1/payment_intents/pi_1/confirm', '', '1099', '0'],
  ['/v1/payment_intents/pi_1/capture', 'amount_to_capture=300', '300', '300'],
  ['/v1/payment_intents/pi_1/increment_authorization', 'amount=2099', '1000', '1000'],
  ['/v1/payment_intents/pi_1/apply_customer_balance', '', '1099', '1099'],
  ['/v1/payment_intents/pi_1/verify_microdeposits', 'amounts[0]=32&amounts[1]=45', '1099', '1099'],
  ['/v1/terminal/readers/tmr_1/process_payment_intent', 'payment_intent=pi_1', '1099', '1099'],
  ['/v1/terminal/readers/tmr_1/refund_payment', 'charge=ch_1&amount=40', '40', '40'],
  ['/v1/refunds', 'charge=ch_1&amount=60', '60', '60'],
  ['/v1/refunds', 'payment_intent=pi_1&amount=60', '60', '60'],
  ['/v1/credit_notes', 'invoice=in_1&refund_amount=70', '70', '70'],
  ['/v1/customers/cus_1/balance_transactions', 'amount=-500&currency=usd', '500', '500'],
  [
    '/v1/billing/credit_grants',
    'amount[type]=monetary&amount[monetary][value]=700&amount[monetary][currency]=usd&customer=cus_1&applicability_config[scope][price_type]=metered&category=paid',
    '700',
    '700',
  ],
  ['/v1/transfers/tr_1/reversals', '', '1100', '1100'],
  ['/v1/transfers/tr_1/reversals', 'amount=30', '30', '30'],
  ['/v1/application_fees/fee_1/refunds', '', '100', '100'],
  ['/v1/transfers', 'amount=700&currency=usd&destination=acct_1', '700', '700'],
  ['/v1/payouts', 'amount=700&currency=usd', '700', '700'],
  ['/v1/payouts/po_1/reverse', '', '1100', '1100'],
  ['/v1/topups', 'amount=700&currency=usd', '700', '700'],
  ['/v1/treasury/outbound_payments', 'amount=700&currency=usd&financial_account=fa_1', '700', '700'],
  [
    '/v1/treasury/outbound_transfers',
    'amount=700&currency=usd&financial_account=fa_1&destination_payment_method=pm_1',
    '700',
    '700',
  ],
  [
    '/v1/treasury/inbound_transfers',
    'amount=700&currency=usd&financial_account=fa_1&origin_payment_method=pm_1',
    '700',
    '700',
  ],
  ['/v1/treasury/credit_reversals', 'received_credit=rc_1', '1234', '1234'],
  ['/v1/treasury/debit_reversals', 'received_debit=rd_1', '54321', '54321'],
  ['/v1/climate/orders', 'product=climsku_1&amount=700&currency=usd', '700', '700'],
  ['/v1/issuing/authorizations/iauth_1/approve', '', '700', '700'],
  ['/v1/invoices/in_1/finalize', '', '1000', '1000'],
  ['/v1/invoices/in_1/send', '', '1000', '1000'],
  ['/v1/invoiceitems', 'customer=cus_1&amount=700&currency=usd', '700', '700'],
  ['/v1/subscriptions', 'customer=cus_1&items[0][price]=price_1', '1000', '1000'],
  ['/v1/subscriptions/sub_1', 'items[0][id]=si_1&items[0][quantity]=3', '1000', '1000'],
];

describe.skipIf(!available)(
  "money operations before Stripe's own mock: request to reserved, answer to committed",
  () => {
    let mock: StripeMock;
    let system: System;
    let key: IssuedKey;
    beforeAll(async () => {
      mock = await startStripeMock();
      system = await startSystem({ env: { KEYBRAKE_STRIPE_ORIGIN: mock.url } });
      key = await system.issueKey({ allowedOperations: ['*:*'], capMinor: '100000000' });
    });
    afterAll(async () => {
      await system?.stop();
      await mock?.stop();
    });

    test('each of them', async () => {
      const made: string[] = [];
      for (const [path, body] of ROWS) {
        const response = await fetch(`${system.gatewayUrl}/stripe${path}`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${key.vaultKey}`,
            ...(body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
          body,
        });
        const text = await response.text();
        expect([path, response.status, response.status === 200 ? '' : text]).toEqual([path, 200, '']);
        made.push(response.headers.get('keybrake-reservation-id') ?? '');
      }
      await system.foldedUp();
      const { data } = await system.admin<{ data: Record<string, string | null>[] }>(
        'GET',
        `/v1/audit?vaultKeyId=${key.id}&limit=100`,
      );
      const booked = made.map((id) => data.find((entry) => entry.id === id || entry.reservationId === id));
      const seen = ROWS.map(([path, body], index) => [
        path,
        body,
        booked[index]?.reservedMinor,
        booked[index]?.committedMinor,
      ]);
      expect(seen).toEqual(ROWS);
    });

    test.each(['outbound_payments', 'inbound_transfers', 'payout_intents'])(
      'API v2 %s, which the mock does not serve: reserved to the cent, and committed nothing',
      async (resource) => {
        const response = await fetch(`${system.gatewayUrl}/stripe/v2/money_management/${resource}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key.vaultKey}`, 'content-type': 'application/json' },
          body: '{"amount":{"value":700,"currency":"usd"}}',
        });
        expect(response.status).toBe(404);
        await system.foldedUp();
        const { data } = await system.admin<{ data: Record<string, string | null>[] }>('GET', '/v1/audit?limit=1');
        expect(data[0]).toMatchObject({ id: response.headers.get('keybrake-reservation-id') });
        expect([data[0]?.reservedMinor, data[0]?.committedMinor]).toEqual(['700', '0']);
      },
    );

    test('every look at a price is in the audit, for nothing', async () => {
      const { data } = await system.admin<{ data: Record<string, string | null>[] }>(
        'GET',
        `/v1/audit?vaultKeyId=${key.id}&limit=100`,
      );
      const looks = data.filter(({ endpoint }) => /^GET |create_preview$/.test(endpoint ?? ''));
      expect(looks).toHaveLength(22);
      expect(
        looks.every(({ decision, committedMinor }) => decision === 'allowed' && (committedMinor ?? '0') === '0'),
      ).toBe(true);
    });
  },
);

const SAY = '<Response><Say>Your table is ready.</Say></Response>';
const NUMBERS = { To: '+14155550100', From: '+14155550111' };
const MAIL = { from: 'a@example.com', to: ['b@example.com', 'c@example.com'], bcc: 'd@example.com', subject: 'table' };
const ACCOUNT = '/2010-04-01/Accounts/AC00000000000000000000000000000000';

/** Reserved, committed by the answer, and in the end; in micros of a dollar. */
const SIMULATED: readonly (readonly [
  provider: 'twilio' | 'resend',
  path: string,
  body: unknown,
  reserved: string,
  committed: string,
  final: string | null,
])[] = [
  ['twilio', `${ACCOUNT}/Messages.json`, { ...NUMBERS, Body: 'Hello' }, '14500', '14500', '8300'],
  ['twilio', `${ACCOUNT}/Messages.json`, { ...NUMBERS, Body: 'x'.repeat(161) }, '29000', '29000', '16600'],
  ['twilio', `${ACCOUNT}/Calls.json`, { ...NUMBERS, Twiml: SAY }, '140000', '140000', '28000'],
  ['twilio', `${ACCOUNT}/Calls.json`, { ...NUMBERS, Twiml: SAY, TimeLimit: '59' }, '14000', '14000', '14000'],
  ['resend', '/emails', MAIL, '2700', '2700', null],
  ['resend', '/emails/batch', [MAIL, { ...MAIL, bcc: undefined }], '4500', '4500', null],
];

describe('money operations of Twilio and Resend before the simulator', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ env: { KEYBRAKE_PRICE_DELAY_MS: '500', KEYBRAKE_RESOLVE_INTERVAL_MS: '200' } });
  });
  afterAll(async () => {
    await system?.stop();
  });

  test('each of them: reserved, committed, and the price that is told later', async () => {
    const issued = await Promise.all(
      (['twilio', 'resend'] as const).map((provider) =>
        system.issueKey({ provider, allowedOperations: ['*:*'], capMinor: '100' }),
      ),
    );
    const made: string[] = [];
    for (const [provider, path, body] of SIMULATED) {
      const isForm = provider === 'twilio';
      const response = await fetch(`${system.gatewayUrl}/${provider}${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${issued[isForm ? 0 : 1]?.vaultKey}`,
          'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        },
        body: isForm ? new URLSearchParams(body as Record<string, string>) : JSON.stringify(body),
      });
      expect([path, response.ok, response.ok ? '' : await response.text()]).toEqual([path, true, '']);
      made.push(response.headers.get('keybrake-reservation-id') ?? '');
    }
    const booked = async () => {
      const { data } = await system.admin<{ data: Record<string, string | null>[] }>('GET', '/v1/audit?limit=100');
      return made.map((id) => {
        const entry = data.find((one) => one.id === id);
        return [entry?.reservedMicros, entry?.committedMicros, entry?.finalMicros];
      });
    };
    const expected = SIMULATED.map(([, , , reserved, committed, final]) => [reserved, committed, final]);
    await eventually('the final prices', booked, (seen) => JSON.stringify(seen) === JSON.stringify(expected), 30_000);
    const counted = async () => {
      const balances = await Promise.all(issued.map(({ id }) => system.balances(id, 'enforced')));
      return balances.flat().map(({ committedMicros, heldMicros }) => [committedMicros, heldMicros]);
    };
    const settled = [
      [8_300n + 16_600n + 28_000n + 14_000n, 0n],
      [7_200n, 0n],
    ];
    await eventually('the balances', counted, (seen) => String(seen) === String(settled));
  });
});

// Their fields say that nothing is moved; see the amount rules.
const FREE_WHEN_EMPTY = [
  '/v1/customers',
  '/v1/customers/{id}',
  '/v1/invoices',
  '/v1/invoices/{id}',
  '/v1/payment_intents/{id}',
  '/v1/subscriptions/{id}',
];

describe('every money operation of every SDK, with a request that tells no amount', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(async () => {
    await system?.stop();
  });

  test.each([
    ['stripe', 58],
    ['twilio', 165],
    ['resend', 12],
  ] as const)('%s: all %i are refused, and the provider executes nothing', async (id, count) => {
    const key = await system.issueKey({ provider: id, allowedOperations: ['*:*'], capMinor: '100000' });
    const operations = providerById(id).operations.filter((operation) => operation.class === 'money');
    expect(operations).toHaveLength(count);
    const answers: unknown[] = [];
    for (const { method, template } of operations) {
      const path = template.replace('{AccountSid}', 'AC00000000000000000000000000000000').replace(/\{\w+\}/g, 'X1');
      const response = await fetch(`${system.gatewayUrl}/${id}${path}`, {
        method,
        headers: { authorization: `Bearer ${key.vaultKey}` },
      });
      const isFree = FREE_WHEN_EMPTY.includes(template);
      const rule = /rule=(\w+)/.exec(response.headers.get('keybrake-decision') ?? '')?.[1];
      const isRefused = rule === 'unpriced_operation' || rule === 'invalid_request';
      if (isFree === isRefused) answers.push([method, template, response.status, rule]);
      await response.arrayBuffer();
    }
    expect(answers).toEqual([]);
    const executed = (await system.witness(id)).filter((entry) => entry.executed);
    // Those that are free with no fields, where the simulator knows them and needs none.
    expect(executed.map(({ operation }) => operation)).toEqual(id === 'stripe' ? ['POST /v1/customers'] : []);
  });
});
