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
      const path = operation.template.replace(/\{[A-Za-z]+\}/g, 'x1_B-2');
      const matched = matchOperation(provider, operation.method, path);
      expect(matched?.operation).toBe(operation);
      expect(matched?.path).toBe(path);
    }
  });

  test.each([...providers.values()])('$id: classes, bodies and rules fit together', (provider) => {
    for (const operation of provider.operations) {
      expect(operation.action).toBe(operation.method === 'GET' ? 'read' : 'write');
      expect(operation.class === 'read').toBe(operation.method === 'GET');
      if (operation.class === 'read') expect(operation.body).toBeUndefined();
      else expect(operation.query).toBeUndefined();
      if (operation.class === 'money')
        expect(operation).toMatchObject({ direction: /in|out/, price: expect.anything() });
    }
  });

  test('the money operations of this step', () => {
    const money = [...providers.values()].flatMap(({ id, operations }) =>
      operations.filter((o) => o.class === 'money').map((o) => `${id} ${o.direction} ${o.method} ${o.template}`),
    );
    expect(money).toEqual([
      'stripe in POST /v1/charges',
      'stripe in POST /v1/charges/{id}/capture',
      'stripe in POST /v1/payment_intents',
      'stripe in POST /v1/payment_intents/{id}/confirm',
      'stripe in POST /v1/payment_intents/{id}/capture',
      'stripe out POST /v1/refunds',
      'stripe out POST /v1/customers',
      'stripe out POST /v1/customers/{id}',
      'twilio out POST /2010-04-01/Accounts/{AccountSid}/Messages.json',
      'resend out POST /emails',
      'resend out POST /emails/batch',
    ]);
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
    ['stripe', 'POST', '/v1/payouts'],
    ['stripe', 'POST', '/V1/charges'],
    ['stripe', 'post', '/v1/charges'],
    ['stripe', 'PUT', '/v1/charges'],
    ['stripe', 'DELETE', '/v1/charges/ch_1'],
    ['stripe', 'POST', '/v1/charges/ch_1/refund'],
    ['stripe', 'POST', '/v1/payment_intents/pi_1/increment_authorization'],
    ['stripe', 'POST', '/v1/customers/cus_1/balance_transactions'],
    ['stripe', 'GET', '/v1/charges/ch.1'],
    ['stripe', 'GET', '/v1/charges/ch~1'],
    ['stripe', 'GET', `/v1/charges/${'c'.repeat(256)}`],
    ['stripe', 'GET', '/v2/core/events'],
    ['twilio', 'GET', '/2010-04-01/Accounts/AC1.json'],
    ['twilio', 'DELETE', '/2010-04-01/Accounts/AC1/Messages/SM1.json'],
    ['twilio', 'POST', '/2010-04-01/Accounts/AC1/Calls.json'],
    ['twilio', 'POST', '/2010-04-01/Accounts/AC1/Messages'],
    ['twilio', 'GET', '/2010-04-01/Accounts/AC1/Messages/.json'],
    ['twilio', 'GET', '/2010-04-01/Accounts/AC1/Messages/SM1.json.json'],
    ['resend', 'GET', '/emails/receiving'],
    ['resend', 'POST', '/broadcasts'],
    ['resend', 'GET', '/api-keys'],
  ] as const)('%s %s %s is unknown', (id, method, path) => {
    expect(match(id, method, path)).toBeUndefined();
  });
});
