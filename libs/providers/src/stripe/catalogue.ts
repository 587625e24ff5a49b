import type { Operation } from '../provider.js';
import { chargeActual, paymentIntentActual, refundActual } from './actual.js';
import {
  chargeCapturePrice,
  chargePrice,
  customerPrice,
  paymentIntentCapturePrice,
  paymentIntentConfirmPrice,
  paymentIntentPrice,
  paymentIntentUpdatePrice,
  refundPrice,
} from './prices.js';

const EXPAND = ['expand[]'];
const LIST = ['limit', 'starting_after', 'ending_before', ...EXPAND];
const CREATED = ['created', 'created[gt]', 'created[gte]', 'created[lt]', 'created[lte]'];
const SEARCH = ['query', 'limit', 'page', ...EXPAND];
const REPEATABLE = ['expand[]', 'payment_method_types[]', 'images[]', 'preferred_locales[]'];

type MoneyRules = Required<Pick<Operation, 'direction' | 'price'>> & Pick<Operation, 'actual'>;

const read = (resource: string, template: string, query: readonly string[] = EXPAND): Operation => ({
  resource,
  action: 'read',
  method: 'GET',
  template,
  class: 'read',
  query,
});

const write = (resource: string, template: string, money?: MoneyRules): Operation => ({
  resource,
  action: 'write',
  method: 'POST',
  template,
  body: 'form',
  repeatable: REPEATABLE,
  class: money === undefined ? 'free' : 'money',
  ...money,
});

const remove = (resource: string, template: string): Operation => ({
  resource,
  action: 'write',
  method: 'DELETE',
  template,
  class: 'free',
});

/** The operations of Stripe's API v1 that Keybrake governs: docs.stripe.com/api. */
export const stripeOperations: readonly Operation[] = [
  write('charges', '/v1/charges', { direction: 'in', price: chargePrice, actual: chargeActual }),
  read('charges', '/v1/charges', [...LIST, ...CREATED, 'customer', 'payment_intent', 'transfer_group']),
  read('charges', '/v1/charges/search', SEARCH),
  read('charges', '/v1/charges/{id}'),
  write('charges', '/v1/charges/{id}'),
  write('charges', '/v1/charges/{id}/capture', {
    direction: 'in',
    price: chargeCapturePrice,
    actual: chargeActual,
  }),

  write('payment_intents', '/v1/payment_intents', {
    direction: 'in',
    price: paymentIntentPrice,
    actual: paymentIntentActual,
  }),
  read('payment_intents', '/v1/payment_intents', [...LIST, ...CREATED, 'customer']),
  read('payment_intents', '/v1/payment_intents/search', SEARCH),
  read('payment_intents', '/v1/payment_intents/{id}', [...EXPAND, 'client_secret']),
  { ...write('payment_intents', '/v1/payment_intents/{id}'), price: paymentIntentUpdatePrice },
  write('payment_intents', '/v1/payment_intents/{id}/confirm', {
    direction: 'in',
    price: paymentIntentConfirmPrice,
    actual: paymentIntentActual,
  }),
  write('payment_intents', '/v1/payment_intents/{id}/capture', {
    direction: 'in',
    price: paymentIntentCapturePrice,
    actual: paymentIntentActual,
  }),
  write('payment_intents', '/v1/payment_intents/{id}/cancel'),

  write('refunds', '/v1/refunds', { direction: 'out', price: refundPrice, actual: refundActual }),
  read('refunds', '/v1/refunds', [...LIST, ...CREATED, 'charge', 'payment_intent']),
  read('refunds', '/v1/refunds/{id}'),
  write('refunds', '/v1/refunds/{id}'),
  write('refunds', '/v1/refunds/{id}/cancel'),

  write('customers', '/v1/customers', { direction: 'out', price: customerPrice }),
  read('customers', '/v1/customers', [...LIST, ...CREATED, 'email', 'test_clock']),
  read('customers', '/v1/customers/search', SEARCH),
  read('customers', '/v1/customers/{id}'),
  write('customers', '/v1/customers/{id}', { direction: 'out', price: customerPrice }),
  remove('customers', '/v1/customers/{id}'),

  write('products', '/v1/products'),
  read('products', '/v1/products', [...LIST, ...CREATED, 'active', 'ids[]', 'shippable', 'url']),
  read('products', '/v1/products/search', SEARCH),
  read('products', '/v1/products/{id}'),
  write('products', '/v1/products/{id}'),
  remove('products', '/v1/products/{id}'),

  write('prices', '/v1/prices'),
  read('prices', '/v1/prices', [...LIST, ...CREATED, 'active', 'currency', 'lookup_keys[]', 'product', 'type']),
  read('prices', '/v1/prices/search', SEARCH),
  read('prices', '/v1/prices/{id}'),
  write('prices', '/v1/prices/{id}'),

  read('balance', '/v1/balance'),
];
