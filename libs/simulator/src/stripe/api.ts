import type { Execution, ProviderApi, Reading, SimAnswer, SimRequest } from '../exchange.js';
import { type EventCause, eventTypes, StripeEvents } from './events.js';
import { type Form, integer, parseStripeForm, text, textMap } from './form.js';
import { StripeFailure, type StripeObject, StripeObjects } from './objects.js';
import { captureCharge, captureIntent, confirmIntent, createCharge, createIntent, createRefund } from './payments.js';

const COLLECTIONS: Record<string, { object: string; create: (objects: StripeObjects, form: Form) => StripeObject }> = {
  charges: { object: 'charge', create: createCharge },
  payment_intents: { object: 'payment_intent', create: createIntent },
  refunds: { object: 'refund', create: createRefund },
  payouts: { object: 'payout', create: plain('payout', 'po', ['amount', 'currency', 'description']) },
  customers: { object: 'customer', create: plain('customer', 'cus', ['email', 'name', 'description']) },
  products: { object: 'product', create: plain('product', 'prod', ['name', 'description']) },
  prices: { object: 'price', create: plain('price', 'price', ['product', 'currency', 'unit_amount']) },
};

const ACTIONS: Record<string, (objects: StripeObjects, id: string, form: Form) => StripeObject> = {
  'charges/capture': captureCharge,
  'payment_intents/confirm': confirmIntent,
  'payment_intents/capture': captureIntent,
  'payment_intents/cancel': (objects, id) => Object.assign(objects.find('payment_intent', id), { status: 'canceled' }),
  'refunds/cancel': (objects, id) => Object.assign(objects.find('refund', id), { status: 'canceled' }),
};

function plain(object: string, prefix: string, fields: readonly string[]) {
  return (objects: StripeObjects, form: Form): StripeObject => {
    const members = fields.map((name) => [name, integer(form, name) ?? text(form, name) ?? null]);
    return objects.make(object, prefix, { ...Object.fromEntries(members), metadata: textMap(form, 'metadata') });
  };
}

export function stripeApi(secretKey: string, nowMs: () => number): ProviderApi {
  const objects = new StripeObjects(nowMs);
  const events = new StripeEvents();
  return {
    provider: 'stripe',
    idempotency: {
      invalidKey: (key) =>
        key.length > 255
          ? failed(400, { type: 'idempotency_error', message: 'Idempotency keys are at most 255 characters.' })
          : undefined,
      mismatch: failed(400, {
        type: 'idempotency_error',
        message: 'Keys for idempotent requests can only be used with the same parameters they were first used with.',
      }),
      concurrent: failed(409, {
        type: 'invalid_request_error',
        code: 'idempotency_key_in_use',
        message: 'There is currently another in-progress request using this Idempotent Key.',
      }),
    },
    holdsRealCredential: ({ headers }) => {
      const basic = Buffer.from(`${secretKey}:`).toString('base64');
      return headers.authorization === `Bearer ${secretKey}` || headers.authorization === `Basic ${basic}`;
    },
    read,
    execute: (request) => execute(objects, events, request, nowMs()),
    unauthorized: failed(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' }),
    failure: (status) => failed(status, { type: 'api_error', message: 'An error occurred on our side.' }),
    restore: ({ status, body }, { operation, requestId, idempotencyKey, endedAtMs }) => {
      if (status !== 200 || typeof body !== 'object' || body === null || !('id' in body)) return;
      const object = body as StripeObject;
      objects.put(object);
      const [method = '', path = ''] = operation.split(' ');
      const cause = { id: requestId, idempotency_key: idempotencyKey };
      recordEvents({ objects, events, cause, atMs: endedAtMs }, method, path, object);
    },
  };
}

const failed = (status: number, error: Record<string, unknown>): SimAnswer => ({ status, body: { error } });

function read({ method, path, body }: SimRequest): Reading {
  const operation = `${method} ${path.replace(/\/[a-z]+_[A-Za-z0-9]{6,}/g, '/{id}')}`;
  const form = parseStripeForm(body);
  const amount = integer(form, 'amount') ?? integer(form, 'amount_to_capture');
  return {
    operation,
    amountMinor: amount === undefined ? null : String(amount),
    currency: text(form, 'currency')?.toLowerCase() ?? null,
    marker: text(form, 'description') ?? null,
  };
}

function execute(objects: StripeObjects, events: StripeEvents, request: SimRequest, atMs: number): Execution {
  const { method, path, query, headers, requestId } = request;
  try {
    if (method === 'GET' && path.startsWith('/v1/events'))
      return { answer: readEvents(events, path, query), executed: false };
    const answer = answerTo(objects, request);
    const key = headers['idempotency-key'];
    const cause = { id: requestId, idempotency_key: typeof key === 'string' ? key : null };
    recordEvents({ objects, events, cause, atMs }, method, path, answer.body as StripeObject);
    return { answer, executed: method !== 'GET' };
  } catch (error) {
    if (error instanceof StripeFailure) return { answer: error.answer, executed: false };
    throw error;
  }
}

function readEvents(events: StripeEvents, path: string, query: URLSearchParams): SimAnswer {
  const [id, ...more] = path.split('/').slice(3);
  if (id === undefined) return events.list(query);
  const found = more.length === 0 ? events.find(id) : undefined;
  if (found !== undefined) return ok(found);
  throw new StripeFailure(404, { code: 'resource_missing', param: 'id', message: `No such event: '${id}'` });
}

interface Happening {
  readonly objects: StripeObjects;
  readonly events: StripeEvents;
  readonly cause: EventCause;
  readonly atMs: number;
}

/** Of the object in the answer, and of the charge behind a refund or a payment. */
function recordEvents(
  { objects, events, cause, atMs }: Happening,
  method: string,
  path: string,
  object: StripeObject,
): void {
  if (method === 'GET') return;
  const [, , , id, action] = path.split('/');
  const types = eventTypes({ method, id, action }, object);
  for (const type of types) {
    const chargeId = type === 'payment_intent.succeeded' ? object.latest_charge : undefined;
    const charge = typeof chargeId === 'string' ? objects.known(chargeId) : undefined;
    if (charge !== undefined) events.record('charge.succeeded', charge, cause, atMs);
    events.record(type, object, cause, atMs);
  }
  const refunded = object.object === 'refund' && id === undefined ? objects.known(String(object.charge)) : undefined;
  if (refunded !== undefined) events.record('charge.refunded', refunded, cause, atMs);
}

function answerTo(objects: StripeObjects, { method, path, query, body }: SimRequest): SimAnswer {
  const [version, collection = '', id, action] = path.slice(1).split('/');
  if (path === '/v1/balance')
    return ok({ object: 'balance', available: [{ amount: 0, currency: 'usd' }], pending: [] });
  const resource = COLLECTIONS[collection];
  if (version !== 'v1' || resource === undefined) {
    throw new StripeFailure(404, { message: `Unrecognized request URL (${method}: ${path}).` });
  }
  const form = parseStripeForm(body);
  if (id === undefined) {
    return method === 'GET' ? objects.list(resource.object, path, query) : ok(resource.create(objects, form));
  }
  if (action !== undefined) {
    const run = ACTIONS[`${collection}/${action}`];
    if (run === undefined) throw new StripeFailure(404, { message: `Unrecognized request URL (${method}: ${path}).` });
    return ok(run(objects, id, form));
  }
  if (method === 'DELETE') return objects.remove(resource.object, id);
  const found = objects.find(resource.object, id);
  if (method === 'POST') {
    const { metadata: _metadata, ...fields } = form;
    Object.assign(found, fields, { metadata: { ...(found.metadata as object), ...textMap(form, 'metadata') } });
  }
  return ok(found);
}

// A copy: what was answered must not change with the object.
const ok = (body: object): SimAnswer => ({ status: 200, body: structuredClone(body) });
