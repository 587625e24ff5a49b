import { type DoubtfulCall, type EvidenceRules, type EvidenceStep, type Found, LOOK_UP_HEADERS } from '../evidence.js';
import { asObject, objectsIn } from '../upstream-meaning.js';

type Json = Readonly<Record<string, unknown>>;

const EVENTS = '/v1/events';
const ACCOUNT_HEADERS = ['stripe-account', 'stripe-context'];
const PAGE_MAX = 100;
const PAGES_MAX = 3;
/**
 * One request makes several events, a second or so apart. Before all of them are there, the object may show less than was
 * moved: a payment intent as created, not yet as succeeded.
 */
const COMPLETE_AFTER_MS = 60_000;

/**
 * Stripe tells which request made an event: `request.idempotency_key` (docs.stripe.com/api/events/object). The key is
 * ours alone, so a match is proof; no match is none, since events come late.
 */
export const stripeEvidence: EvidenceRules = {
  byContent: false,
  next: (call, answers, nowMs) => {
    const events = answers.flatMap(eventsOf);
    const made = madeBy(call, events);
    const hasMore = answers.length === 0 || asObject(answers.at(-1))?.has_more === true;
    const movedAll = made !== undefined && (made.found.actualMicros ?? 0n) >= (call.reserved?.micros ?? 0n);
    if (made !== undefined && (movedAll || made.found.actualMicros === undefined)) return executed(made);
    if (hasMore && answers.length < PAGES_MAX) return { kind: 'look', lookUp: eventsPage(call, events.at(-1)) };
    if (made === undefined)
      return { kind: 'nothing', why: 'no event of Stripe names the idempotency key of this call' };
    if (nowMs - made.latestMs < COMPLETE_AFTER_MS) {
      return { kind: 'nothing', why: 'Stripe may not have told the last of this call yet' };
    }
    return executed(made);
  },
};

interface Made {
  readonly found: Found;
  readonly latestMs: number;
}

const executed = ({ found }: Made): EvidenceStep => ({ kind: 'executed', found });

function eventsPage({ request: sent, sentFromMs, sentUntilMs }: DoubtfulCall, after: Json | undefined) {
  const query = new URLSearchParams({
    'created[gte]': String(Math.floor(sentFromMs / 1_000)),
    'created[lte]': String(Math.ceil(sentUntilMs / 1_000)),
    limit: String(PAGE_MAX),
  });
  if (typeof after?.id === 'string') query.set('starting_after', after.id);
  // Events are those of the account that the request was for.
  const account = Object.entries(sent?.headers ?? {}).filter(([name]) => ACCOUNT_HEADERS.includes(name));
  const headers = { ...LOOK_UP_HEADERS, ...Object.fromEntries(account) };
  const request = { method: 'GET', path: EVENTS, query: query.toString(), headers, body: undefined };
  return { resource: 'events', template: EVENTS, request };
}

const eventsOf = (answer: unknown): readonly Json[] => objectsIn(asObject(answer)?.data);

/** The operation's own object as its request left it: of several events the one that moved most. */
function madeBy(call: DoubtfulCall, events: readonly Json[]): Made | undefined {
  const { reserved, upstreamKey } = call;
  let made: Made | undefined;
  for (const event of events) {
    const object = asObject(asObject(event.data)?.object);
    const isOwn = asObject(event.request)?.idempotency_key === upstreamKey;
    if (!isOwn || object?.object !== objectName(call.template) || typeof object.id !== 'string') continue;
    const actualMicros = reserved === undefined ? 0n : call.actual?.(object, reserved.currency);
    const latestMs = Math.max(Number(event.created) * 1_000, made?.latestMs ?? 0);
    const isMore = made === undefined || (actualMicros ?? -1n) > (made.found.actualMicros ?? -1n);
    made = { latestMs, found: isMore || made === undefined ? { objectId: object.id, actualMicros } : made.found };
  }
  return made;
}

/** `/v1/payment_intents/{id}/confirm` answers with a `payment_intent`. */
function objectName(template: string): string {
  return (template.split('/')[2] ?? '').replace(/ies$/, 'y').replace(/s$/, '');
}
