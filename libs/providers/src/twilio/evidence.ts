import { parseCurrency } from '@keybrake/domain';
import { type DoubtfulCall, type EvidenceRules, type EvidenceStep, type Found, LOOK_UP_HEADERS } from '../evidence.js';
import type { OutgoingRequest } from '../outgoing-request.js';
import type { MadeObject, Operation } from '../provider.js';
import { asObject, objectsIn, parseObject } from '../upstream-meaning.js';

type Json = Readonly<Record<string, unknown>>;

const MESSAGES = '/2010-04-01/Accounts/{AccountSid}/Messages.json';
const PAGE_MAX = 100;
const PAGES_MAX = 3;

/**
 * Twilio keeps no key of a request, so a message is known by what is in it: recipient, sender, text, number of media and
 * time. Another identical request makes an identical message. Calls are not looked for: a call does not show its TwiML.
 */
export const twilioEvidence: EvidenceRules = {
  byContent: true,
  next: (call, answers) => {
    if (call.template !== MESSAGES) return nothing('Twilio shows nothing that tells this call from others');
    const wanted = contentOf(call.request);
    if (wanted === undefined) return nothing('the request was not kept, so no message can be compared with it');
    if (wanted.to === null || wanted.body === null) return nothing('the text of the message is not in the request');
    const last = asObject(answers.at(-1));
    const hasMore = answers.length === 0 || typeof last?.next_page_uri === 'string';
    if (hasMore && answers.length < PAGES_MAX) return { kind: 'look', lookUp: messagesPage(call, wanted, last) };
    if (hasMore) return nothing(`more than ${PAGES_MAX * PAGE_MAX} messages went between the same numbers that day`);
    const found = answers.flatMap(messagesOf).flatMap((message) => foundIn(call, wanted, message));
    if (found.length === 0) return nothing('Twilio lists no message like it, which proves nothing');
    return { kind: 'candidates', found };
  },
  looksLike: (request, other) => {
    const [one, two] = [contentOf(request), contentOf(other)];
    if (one === undefined || two === undefined) return undefined;
    const sameSender = one.from === null || two.from === null || one.from === two.from;
    return sameSender && one.to === two.to && one.body === two.body && one.media === two.media;
  },
};

const nothing = (why: string): EvidenceStep => ({ kind: 'nothing', why });

interface MessageContent {
  readonly to: string | null;
  /** Of the two at least one; a service chooses the sender by itself. */
  readonly from: string | null;
  readonly service: string | null;
  readonly body: string | null;
  readonly media: number;
}

function contentOf(request: OutgoingRequest | undefined): MessageContent | undefined {
  if (request?.body === undefined) return undefined;
  const form = new URLSearchParams(new TextDecoder().decode(request.body));
  return {
    to: form.get('To'),
    from: form.get('From'),
    service: form.get('MessagingServiceSid'),
    body: form.get('Body'),
    media: form.getAll('MediaUrl').length,
  };
}

/** The next page is asked for by Twilio's own cursor. The path's account is replaced where the request is authorized. */
function messagesPage(call: DoubtfulCall, { to, from }: MessageContent, last: Json | undefined) {
  const filter = new URLSearchParams({ To: to ?? '' });
  if (from !== null) filter.set('From', from);
  // By date of sending in GMT; what waits in a queue has none and is found by a later look.
  filter.set('DateSent>', new Date(call.sentFromMs).toISOString().slice(0, 10));
  filter.set('PageSize', String(PAGE_MAX));
  const next = typeof last?.next_page_uri === 'string' ? last.next_page_uri.split('?')[1] : undefined;
  const path = call.request?.path ?? '';
  const request = { method: 'GET', path, query: next ?? filter.toString(), headers: LOOK_UP_HEADERS, body: undefined };
  return { resource: 'messages', template: MESSAGES, request };
}

const messagesOf = (answer: unknown): readonly Json[] => objectsIn(asObject(answer)?.messages);

function foundIn(call: DoubtfulCall, wanted: MessageContent, message: Json): readonly Found[] {
  const createdAtMs = Date.parse(String(message.date_created));
  const { sid: objectId } = message;
  const isLikeIt =
    message.to === wanted.to &&
    (wanted.from === null || message.from === wanted.from) &&
    (wanted.service === null || message.messaging_service_sid === wanted.service) &&
    message.body === wanted.body &&
    Number(message.num_media) === wanted.media &&
    createdAtMs >= Math.floor(call.sentFromMs / 1_000) * 1_000 &&
    createdAtMs <= call.sentUntilMs;
  if (!isLikeIt || typeof objectId !== 'string') return [];
  const currency = call.reserved?.currency;
  return [{ objectId, actualMicros: currency === undefined ? undefined : messageMicros(message, currency) }];
}

const PRICE = /^-?(\d{1,9})(?:\.(\d{1,6}))?$/;

/** `price` is decimal text, negative for what was charged, and null until the message has gone out. */
export function messageMicros(message: Json, currency: string): bigint | undefined {
  const { price, price_unit: unit } = message;
  if (typeof price !== 'string' || typeof unit !== 'string' || parseCurrency(unit) !== currency) return undefined;
  const digits = PRICE.exec(price);
  if (digits === null) return undefined;
  return BigInt(digits[1] as string) * 1_000_000n + BigInt((digits[2] ?? '').padEnd(6, '0'));
}

/** The message or call that was made, whose price is told later: the SID from the answer to its creation. */
export function madeResource(operation: Operation, body: Uint8Array): MadeObject | undefined {
  const sid = parseObject(body)?.sid;
  const isSid = typeof sid === 'string' && /^[A-Z]{2}[0-9a-f]{32}$/.test(sid);
  return isSid && operation.class === 'money' ? { objectId: sid, isProvisional: true } : undefined;
}
