import { randomUUID } from 'node:crypto';
import type { Execution, ProviderApi, SimAnswer, SimRequest } from './exchange.js';

export type ResendCredential = string;

interface Email {
  readonly id: string;
  [member: string]: unknown;
}

const failed = (statusCode: number, name: string, message: string): SimAnswer => ({
  status: statusCode,
  body: { statusCode, name, message },
});

/** Resend's emails and batches. */
export function resendApi(apiKey: ResendCredential, nowMs: () => number): ProviderApi {
  const emails = new Map<string, Email>();
  return {
    provider: 'resend',
    idempotency: {
      invalidKey: (key) =>
        key.length > 256 ? failed(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.') : undefined,
      mismatch: failed(
        409,
        'invalid_idempotent_request',
        'Same idempotency key used with a different request payload.',
      ),
      concurrent: failed(
        409,
        'concurrent_idempotent_requests',
        'Same idempotency key used while original request is still in progress.',
      ),
    },
    holdsRealCredential: ({ headers }) => headers.authorization === `Bearer ${apiKey}`,
    read: ({ method, path, body }) => ({
      operation: `${method} ${path.replace(/\/[0-9a-f-]{36}/g, '/{id}')}`,
      amountMinor: null,
      currency: null,
      marker: firstSubject(body),
    }),
    execute: (request) => execute(emails, request, nowMs),
    unauthorized: failed(401, 'missing_api_key', 'Missing API key in the authorization header.'),
    failure: (status) => failed(status, 'application_error', 'An unexpected error occurred.'),
    restore: ({ status, body }) => {
      const sent = (body as { data?: { id: string }[]; id?: string } | null) ?? {};
      if (status !== 200) return;
      for (const { id } of sent.data ?? [{ id: sent.id ?? '' }]) emails.set(id, { object: 'email', id });
    },
  };
}

function firstSubject(body: string): string | null {
  const parsed = parse(body);
  const first = (Array.isArray(parsed) ? parsed[0] : parsed) as { subject?: unknown } | undefined;
  return typeof first?.subject === 'string' ? first.subject : null;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function execute(
  emails: Map<string, Email>,
  { method, path, query, body }: SimRequest,
  nowMs: () => number,
): Execution {
  const refused = (answer: SimAnswer): Execution => ({ answer, executed: false });
  const send = (email: unknown): string | undefined => {
    const { from, to, subject } = (email ?? {}) as Record<string, unknown>;
    if (typeof from !== 'string' || to === undefined || typeof subject !== 'string') return undefined;
    const id = randomUUID();
    emails.set(id, {
      object: 'email',
      id,
      from,
      to: [to].flat(),
      subject,
      created_at: new Date(nowMs()).toISOString(),
    });
    return id;
  };
  const invalid = failed(422, 'validation_error', 'Missing `from`, `to` or `subject` field.');
  if (method === 'POST' && path === '/emails') {
    const id = send(parse(body));
    return id === undefined ? refused(invalid) : { answer: { status: 200, body: { id } }, executed: true };
  }
  if (method === 'POST' && path === '/emails/batch') {
    const batch = parse(body);
    if (!Array.isArray(batch) || batch.length === 0 || batch.length > 100) return refused(invalid);
    const ids = batch.map(send);
    if (ids.some((id) => id === undefined)) return refused(invalid);
    return { answer: { status: 200, body: { data: ids.map((id) => ({ id })) } }, executed: true };
  }
  if (method === 'GET' && path === '/emails') return refused(list([...emails.values()].reverse(), query));
  const found = emails.get(path.slice('/emails/'.length));
  return refused(found === undefined ? failed(404, 'not_found', 'Email not found') : { status: 200, body: found });
}

/** Newest first, a page after or before a given id: resend.com/docs/api-reference/pagination. */
function list(all: readonly Email[], query: URLSearchParams): SimAnswer {
  const limit = Math.min(Number(query.get('limit') ?? 20), 100);
  const indexOf = (name: string) => all.findIndex(({ id }) => id === query.get(name));
  const end = query.has('before') ? indexOf('before') : all.length;
  const start = query.has('before') ? Math.max(0, end - limit) : query.has('after') ? indexOf('after') + 1 : 0;
  const data = all.slice(start, Math.min(end, start + limit));
  const hasMore = query.has('before') ? start > 0 : start + limit < all.length;
  return { status: 200, body: { object: 'list', has_more: hasMore, data } };
}
