import { randomBytes } from 'node:crypto';
import type { SimAnswer } from '../exchange.js';
import type { StripeObject } from './objects.js';

/** The request that made an event, as Stripe shows it. */
export interface EventCause {
  readonly id: string;
  readonly idempotency_key: string | null;
}

interface StripeEvent {
  readonly id: string;
  readonly object: 'event';
  readonly created: number;
  readonly type: string;
  readonly data: { readonly object: StripeObject };
  readonly request: EventCause;
  readonly [member: string]: unknown;
}

const PAGE_DEFAULT = 10;
const PAGE_MAX = 100;

/** `/v1/events` of one account: what each request changed, with the object as it was then. */
export class StripeEvents {
  readonly #events: StripeEvent[] = [];

  record(type: string, object: StripeObject, request: EventCause, atMs: number): void {
    this.#events.push({
      id: `evt_${randomBytes(12).toString('hex')}`,
      object: 'event',
      api_version: '2025-03-31.basil',
      created: Math.floor(atMs / 1_000),
      data: { object: structuredClone(object) },
      livemode: false,
      pending_webhooks: 0,
      request,
      type,
    });
  }

  find(id: string): object | undefined {
    return this.#events.find((event) => event.id === id);
  }

  /** Newest first; `created` bounds, `type` and `types[]` as filters. */
  list(query: URLSearchParams): SimAnswer {
    const types = [...query.getAll('type'), ...query.getAll('types[]')];
    const all = this.#events.filter((event) => inRange(event.created, query) && isOfTypes(event.type, types)).reverse();
    const limit = Math.min(Number(query.get('limit') ?? PAGE_DEFAULT), PAGE_MAX);
    const after = query.get('starting_after');
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const data = all.slice(from, from + limit);
    return { status: 200, body: { object: 'list', url: '/v1/events', data, has_more: from + limit < all.length } };
  }
}

function inRange(created: number, query: URLSearchParams): boolean {
  const bound = (name: string) => (query.has(`created[${name}]`) ? Number(query.get(`created[${name}]`)) : undefined);
  const exact = query.get('created');
  return (
    (exact === null || created === Number(exact)) &&
    created >= (bound('gte') ?? 0) &&
    created > (bound('gt') ?? -1) &&
    created <= (bound('lte') ?? Number.MAX_SAFE_INTEGER) &&
    created < (bound('lt') ?? Number.MAX_SAFE_INTEGER)
  );
}

/** `charge.*` stands for all of an object's types. */
function isOfTypes(type: string, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  return wanted.some((one) => (one.endsWith('.*') ? type.startsWith(one.slice(0, -1)) : type === one));
}

const INTENT_TYPES: Record<string, string | undefined> = {
  succeeded: 'payment_intent.succeeded',
  requires_action: 'payment_intent.requires_action',
  requires_capture: 'payment_intent.amount_capturable_updated',
  canceled: 'payment_intent.canceled',
};

/** What a request did to an object: `POST /v1/charges/{id}/capture` has an action. */
export interface Change {
  readonly method: string;
  readonly id: string | undefined;
  readonly action: string | undefined;
}

/** Types of the events that a request makes of its own object, the first one first. */
export function eventTypes({ method, id, action }: Change, object: StripeObject): readonly string[] {
  const { object: name } = object;
  if (method === 'DELETE') return [`${name}.deleted`];
  if (id === undefined) return [name === 'charge' ? 'charge.succeeded' : `${name}.created`, ...intentTypes(object)];
  if (name === 'charge') return [action === 'capture' ? 'charge.captured' : 'charge.updated'];
  const reached = action === undefined ? [] : intentTypes(object);
  return reached.length > 0 ? reached : [`${name}.updated`];
}

function intentTypes({ object, status }: StripeObject): readonly string[] {
  const type = object === 'payment_intent' ? INTENT_TYPES[String(status)] : undefined;
  return type === undefined ? [] : [type];
}
