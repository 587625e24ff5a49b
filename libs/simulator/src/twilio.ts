import { randomBytes } from 'node:crypto';
import type { Execution, ProviderApi, SimAnswer, SimRequest } from './exchange.js';

export interface TwilioCredential {
  readonly accountSid: string;
  readonly authToken: string;
}

interface Message {
  readonly sid: string;
  [member: string]: unknown;
}

const failed = (status: number, code: number, message: string): SimAnswer => ({
  status,
  body: { code, message, more_info: `docs/errors/${code}`, status },
});

/** Twilio's messages. It has no idempotency: each POST sends. */
export function twilioApi(credential: TwilioCredential, nowMs: () => number): ProviderApi {
  const messages = new Map<string, Message>();
  const base = `/2010-04-01/Accounts/${credential.accountSid}`;
  return {
    provider: 'twilio',
    idempotency: undefined,
    holdsRealCredential: ({ headers, path }) => {
      const basic = Buffer.from(`${credential.accountSid}:${credential.authToken}`).toString('base64');
      return headers.authorization === `Basic ${basic}` && path.startsWith(base);
    },
    read: ({ method, path, body }) => ({
      operation: `${method} ${path.replace(/\/(AC|SM)[A-Za-z0-9]{10,}/g, '/{Sid}')}`,
      amountMinor: null,
      currency: null,
      marker: new URLSearchParams(body).get('Body'),
    }),
    execute: (request) => execute(messages, base, request, nowMs),
    unauthorized: failed(401, 20003, 'Authenticate'),
    failure: (status) => failed(status, 20500, 'Internal Server Error'),
    restore: ({ status, body }) => {
      const message = body as Message | null;
      if (status === 201 && message?.sid?.startsWith('SM') === true) messages.set(message.sid, message);
    },
  };
}

function execute(messages: Map<string, Message>, base: string, request: SimRequest, nowMs: () => number): Execution {
  const { method, path, body } = request;
  const read = (answer: SimAnswer): Execution => ({ answer, executed: false });
  if (method === 'GET' && path === `${base}.json`)
    return read({ status: 200, body: { sid: base.split('/').at(-1), status: 'active' } });
  if (path === `${base}/Messages.json`) {
    if (method === 'GET') return read(list([...messages.values()].reverse(), `${base}/Messages.json`, request.query));
    const answer = createMessage(messages, base, new URLSearchParams(body), nowMs);
    return { answer, executed: answer.status === 201 };
  }
  const sid = /\/Messages\/(SM[a-z0-9]+)\.json$/.exec(path)?.[1];
  const found = sid === undefined ? undefined : messages.get(sid);
  if (found === undefined) return read(failed(404, 20404, `The requested resource ${path} was not found`));
  if (method !== 'DELETE') return read({ status: 200, body: found });
  messages.delete(found.sid);
  return { answer: { status: 204, body: null }, executed: true };
}

function createMessage(
  messages: Map<string, Message>,
  base: string,
  form: URLSearchParams,
  nowMs: () => number,
): SimAnswer {
  const to = form.get('To');
  if (to === null) return failed(400, 21604, "A 'To' phone number is required.");
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return failed(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
  if (form.get('From') === null && form.get('MessagingServiceSid') === null)
    return failed(400, 21603, "A 'From' phone number is required.");
  const sid = `SM${randomBytes(16).toString('hex')}`;
  const message: Message = {
    sid,
    account_sid: base.split('/').at(-1),
    to,
    from: form.get('From'),
    body: form.get('Body'),
    status: 'queued',
    direction: 'outbound-api',
    num_segments: String(Math.ceil((form.get('Body') ?? '').length / 160) || 1),
    num_media: String(form.getAll('MediaUrl').length),
    price: null,
    price_unit: 'USD',
    date_created: new Date(nowMs()).toUTCString(),
    uri: `${base}/Messages/${sid}.json`,
  };
  messages.set(sid, message);
  return { status: 201, body: message };
}

/** Newest first; the next page stands in `next_page_uri`, a path: twilio.com/docs/usage/twilios-response#pagination. */
function list(all: readonly Message[], path: string, query: URLSearchParams): SimAnswer {
  const pageSize = Math.min(Number(query.get('PageSize') ?? 50), 1_000);
  const page = Number(query.get('Page') ?? 0);
  const after = query.get('PageToken');
  const start = after === null ? 0 : all.findIndex(({ sid }) => after === `PA${sid}`) + 1;
  const messages = all.slice(start, start + pageSize);
  const nextToken = start + pageSize < all.length ? `PA${messages.at(-1)?.sid}` : undefined;
  const next = `${path}?PageSize=${pageSize}&Page=${page + 1}&PageToken=${nextToken}`;
  return {
    status: 200,
    body: { messages, page, page_size: pageSize, next_page_uri: nextToken === undefined ? null : next },
  };
}
