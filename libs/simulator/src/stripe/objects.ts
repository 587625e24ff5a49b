import { randomBytes } from 'node:crypto';
import type { SimAnswer } from '../exchange.js';

export interface StripeObject {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  [member: string]: unknown;
}

/** An error answer; thrown inside an operation, so that its happy path reads straight. */
export class StripeFailure extends Error {
  readonly answer: SimAnswer;
  /** A declined card is the outcome of an execution; a validation error is not. */
  readonly executed: boolean;

  constructor(status: number, error: Record<string, unknown>) {
    super(String(error.message));
    this.answer = { status, body: { error: { type: 'invalid_request_error', ...error } } };
    this.executed = false;
  }
}

export const missingParam = (param: string) =>
  new StripeFailure(400, { code: 'parameter_missing', param, message: `Missing required param: ${param}.` });
export const declined = () =>
  new StripeFailure(402, {
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'generic_decline',
    message: 'Your card was declined.',
  });

/** All objects of one simulated account, newest last. */
export class StripeObjects {
  readonly #objects = new Map<string, StripeObject>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  make(object: string, prefix: string, members: Record<string, unknown>): StripeObject {
    const id = `${prefix}_${randomBytes(12).toString('hex')}`;
    const made: StripeObject = {
      id,
      object,
      created: Math.floor(this.#nowMs() / 1_000),
      livemode: false,
      metadata: {},
      ...members,
    };
    this.#objects.set(id, made);
    return made;
  }

  put(object: StripeObject): void {
    this.#objects.set(object.id, object);
  }

  known(id: string): StripeObject | undefined {
    return this.#objects.get(id);
  }

  find(object: string, id: string | undefined): StripeObject {
    const found = id === undefined ? undefined : this.#objects.get(id);
    if (found?.object === object) return found;
    throw new StripeFailure(404, { code: 'resource_missing', param: 'id', message: `No such ${object}: '${id}'` });
  }

  remove(object: string, id: string): SimAnswer {
    this.find(object, id);
    this.#objects.delete(id);
    return { status: 200, body: { id, object, deleted: true } };
  }

  /** Newest first, a page after a given id. */
  list(object: string, path: string, query: URLSearchParams): SimAnswer {
    const limit = Math.min(Number(query.get('limit') ?? 10), 100);
    const all = [...this.#objects.values()].filter((one) => one.object === object).reverse();
    const after = query.get('starting_after');
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const data = all.slice(from, from + limit);
    return { status: 200, body: { object: 'list', url: path, data, has_more: from + limit < all.length } };
  }
}
