import { randomBytes } from 'node:crypto';
import type { Execution, ProviderApi, SimAnswer, SimRequest } from './exchange.js';
import { twilioDate, twilioFailure } from './twilio-answers.js';
import { TwilioCalls } from './twilio-calls.js';

export interface TwilioCredential {
  readonly accountSid: string;
  readonly authToken: string;
}

interface Message {
  readonly sid: string;
  [member: string]: unknown;
}

/** Twilio's messages and calls. It has no idempotency: each POST sends. */
export function twilioApi(credential: TwilioCredential, nowMs: () => number): ProviderApi {
  const messages = new Map<string, Message>();
  const calls = new TwilioCalls(credential.accountSid, nowMs);
  const base = `/2010-04-01/Accounts/${credential.accountSid}`;
  return {
    provider: 'twilio',
    idempotency: undefined,
    holdsRealCredential: ({ headers, path }) => {
      const basic = Buffer.from(`${credential.accountSid}:${credential.authToken}`).toString('base64');
      return headers.authorization === `Basic ${basic}` && path.startsWith(base);
    },
    read: ({ method, path, body }) => ({
      operation: `${method} ${path.replace(/\/(AC|SM|CA)[A-Za-z0-9]{10,}/g, '/{Sid}')}`,
      amountMinor: null,
      currency: null,
      marker: new URLSearchParams(body).get('Body'),
    }),
    execute: (request) => calls.execute(request) ?? execute(messages, base, request, nowMs),
    unauthorized: twilioFailure(401, 20003, 'Authenticate'),
    failure: (status) => twilioFailure(status, 20500, 'Internal Server Error'),
    restore: ({ status, body }) => {
      const message = body as Message | null;
      if (status === 201 && message?.sid?.startsWith('SM') === true) messages.set(message.sid, sentOut(message));
    },
  };
}

function execute(messages: Map<string, Message>, base: string, request: SimRequest, nowMs: () => number): Execution {
  const { method, path, body } = request;
  const read = (answer: SimAnswer): Execution => ({ answer, executed: false });
  if (method === 'GET' && path === `${base}.json`)
    return read({ status: 200, body: { sid: base.split('/').at(-1), status: 'active' } });
  if (path === `${base}/Messages.json`) {
    if (method === 'GET') return read({ status: 200, body: listMessages(messages, base, request.query, nowMs()) });
    const answer = createMessage(messages, base, new URLSearchParams(body), nowMs);
    return { answer, executed: answer.status === 201 };
  }
  const sid = /\/Messages\/(SM[a-z0-9]+)\.json$/.exec(path)?.[1];
  const found = sid === undefined ? undefined : messages.get(sid);
  if (found === undefined) return read(twilioFailure(404, 20404, `The requested resource ${path} was not found`));
  if (method !== 'DELETE') return read({ status: 200, body: withPrice(found, nowMs()) });
  messages.delete(found.sid);
  return { answer: { status: 204, body: null }, executed: true };
}

const sentOut = (message: Message): Message => ({ ...message, status: 'sent', date_sent: message.date_created });

/** The price is told a while after the message has gone out, as a negative decimal. */
const PRICE_AFTER_MS = 2_000;
const SEGMENT_PRICE_MICROS = 8_300;

function withPrice(message: Message, nowMs: number): Message {
  if (nowMs - Date.parse(String(message.date_sent)) < PRICE_AFTER_MS) return message;
  const micros = Number(message.num_segments) * SEGMENT_PRICE_MICROS;
  return { ...message, price: `-${(micros / 1_000_000).toFixed(5)}` };
}

const PAGE_DEFAULT = 50;
const PAGE_MAX = 1_000;

/** Newest first. `DateSent` names a day in GMT, `DateSent<` and `DateSent>` bounds that belong to the range. */
function listMessages(
  messages: ReadonlyMap<string, Message>,
  base: string,
  query: URLSearchParams,
  nowMs: number,
): object {
  const wanted = [...messages.values()].filter((message) => isWanted(message, query)).reverse();
  const size = Math.min(Number(query.get('PageSize') ?? PAGE_DEFAULT), PAGE_MAX);
  const page = Number(query.get('Page') ?? 0);
  const next = new URLSearchParams(query);
  next.set('PageSize', String(size));
  next.set('Page', String(page + 1));
  const hasNext = (page + 1) * size < wanted.length;
  return {
    messages: wanted.slice(page * size, (page + 1) * size).map((message) => withPrice(message, nowMs)),
    page,
    page_size: size,
    next_page_uri: hasNext ? `${base}/Messages.json?${next.toString()}` : null,
    uri: `${base}/Messages.json?${query.toString()}`,
  };
}

function isWanted(message: Message, query: URLSearchParams): boolean {
  const equals = (name: string, value: unknown) => !query.has(name) || query.get(name) === value;
  if (!equals('To', message.to) || !equals('From', message.from)) return false;
  const dateFilters = ['DateSent', 'DateSent<', 'DateSent>'].filter((name) => query.has(name));
  if (dateFilters.length === 0) return true;
  if (typeof message.date_sent !== 'string') return false;
  const day = new Date(message.date_sent).toISOString().slice(0, 10);
  const given = (name: string) => (query.get(name) ?? '').slice(0, 10);
  return dateFilters.every((name) => {
    if (name === 'DateSent') return day === given(name);
    return name === 'DateSent<' ? day <= given(name) : day >= given(name);
  });
}

function createMessage(
  messages: Map<string, Message>,
  base: string,
  form: URLSearchParams,
  nowMs: () => number,
): SimAnswer {
  const to = form.get('To');
  if (to === null) return twilioFailure(400, 21604, "A 'To' phone number is required.");
  if (!/^\+[1-9]\d{6,14}$/.test(to))
    return twilioFailure(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
  if (form.get('From') === null && form.get('MessagingServiceSid') === null)
    return twilioFailure(400, 21603, "A 'From' phone number is required.");
  const sid = `SM${randomBytes(16).toString('hex')}`;
  const message: Message = {
    sid,
    account_sid: base.split('/').at(-1),
    to,
    from: form.get('From'),
    messaging_service_sid: form.get('MessagingServiceSid'),
    body: form.get('Body'),
    status: 'queued',
    direction: 'outbound-api',
    num_segments: String(Math.ceil((form.get('Body') ?? '').length / 160) || 1),
    num_media: String(form.getAll('MediaUrl').length),
    price: null,
    price_unit: 'USD',
    date_created: twilioDate(nowMs()),
    date_sent: null,
    date_updated: twilioDate(nowMs()),
    uri: `${base}/Messages/${sid}.json`,
  };
  // It leaves its queue right after the answer, which shows it as it was before.
  messages.set(sid, sentOut(message));
  return { status: 201, body: message };
}
