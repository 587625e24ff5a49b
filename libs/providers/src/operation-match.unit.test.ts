import { describe, expect, test } from 'vitest';
import { matchOperation } from './operation-match.js';
import { providerById, providers } from './registry.js';

const match = (id: 'stripe' | 'twilio' | 'resend', method: string, path: string) => {
  const matched = matchOperation(providerById(id), method, path);
  return matched === undefined ? undefined : `${matched.operation.resource}:${matched.operation.action}`;
};

describe('the catalogues', () => {
  test.each([...providers.values()])('$id: every operation is found at its own template, and rebuilt', (provider) => {
    for (const operation of provider.operations) {
      const path = operation.template.replace(/\{\w+\}/g, 'x1_B-2');
      const matched = matchOperation(provider, operation.method, path);
      expect(matched?.operation).toBe(operation);
      expect(matched?.path).toBe(path);
    }
  });

  test.each([...providers.values()])('$id: classes, bodies and rules fit together', (provider) => {
    for (const operation of provider.operations) {
      expect(operation.action).toBe(operation.method === 'GET' ? 'read' : 'write');
      if (operation.class !== 'denied') expect(operation.class === 'read').toBe(operation.method === 'GET');
      if (operation.class === 'read') expect(operation.body).toBeUndefined();
      expect(operation.class === 'denied').toBe(operation.denied !== undefined);
      if (operation.class === 'money')
        expect(operation).toMatchObject({ direction: /in|out/, price: expect.anything() });
    }
  });
});

describe('matching', () => {
  test.each([
    ['stripe', 'POST', '/v1/charges', 'charges:write'],
    ['stripe', 'GET', '/v1/charges/ch_1', 'charges:read'],
    ['stripe', 'POST', '/v1/payment_intents/pi_1/confirm', 'payment_intents:write'],
    ['stripe', 'DELETE', '/v1/customers/cus_1', 'customers:write'],
    ['twilio', 'GET', '/2010-04-01/Accounts/AC1/Messages/SM1.json', 'messages:read'],
    ['resend', 'GET', '/emails/49a3999c-0ce1-4ea6-ab68-afcd6dc2e794', 'emails:read'],
    ['stripe', 'POST', '/v1/customers/cus_1/balance_transactions', 'customers.balance_transactions:write'],
    ['stripe', 'POST', '/v1/issuing/authorizations/iauth_1/approve', 'issuing.authorizations:write'],
    ['stripe', 'POST', '/v1/coupons/welcome', 'coupons:write'],
    ['twilio', 'POST', '/verify/v2/Services/VA1/Verifications', 'verify.services.verifications:write'],
    ['resend', 'POST', '/broadcasts/b1/send', 'broadcasts:write'],
    ['resend', 'POST', '/emails/49a3999c-0ce1-4ea6-ab68-afcd6dc2e794/cancel', 'emails:write'],
  ] as const)('%s %s %s is %s', (id, method, path, operation) => {
    expect(match(id, method, path)).toBe(operation);
  });

  test('a literal segment wins over an id', () => {
    expect(matchOperation(providerById('stripe'), 'GET', '/v1/charges/search')?.operation.template).toBe(
      '/v1/charges/search',
    );
    expect(matchOperation(providerById('resend'), 'POST', '/emails/batch')?.operation.template).toBe('/emails/batch');
  });

  test.each([
    ['stripe', 'POST', '/v1/payouts2'],
    ['stripe', 'POST', '/v1/invoices/create_and_pay'],
    ['stripe', 'POST', '/V1/charges'],
    ['stripe', 'post', '/v1/charges'],
    ['stripe', 'PUT', '/v1/charges'],
    ['stripe', 'DELETE', '/v1/charges/ch_1'],
    ['stripe', 'POST', '/v1/charges/ch_1/refund'],
    ['stripe', 'GET', '/v1/charges/ch.1'],
    ['stripe', 'GET', '/v1/charges/ch~1'],
    ['stripe', 'GET', `/v1/charges/${'c'.repeat(256)}`],
    ['twilio', 'POST', '/2010-04-01/Accounts/AC1/Sms.json'],
    ['twilio', 'POST', '/v2/Services'],
    ['twilio', 'POST', '/2010-04-01/Accounts/AC1/Messages'],
    ['twilio', 'GET', '/2010-04-01/Accounts/AC1/Messages/.json'],
    ['twilio', 'GET', '/2010-04-01/Accounts/AC1/Messages/SM1.json.json'],
    ['resend', 'POST', '/emails/queue'],
    ['resend', 'PATCH', '/emails/batch'],
  ] as const)('%s %s %s is unknown', (id, method, path) => {
    expect(match(id, method, path)).toBeUndefined();
  });
});
