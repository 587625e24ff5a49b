import type { Provider } from '../provider.js';
import { meaningOf } from '../upstream-meaning.js';
import { resendOperations } from './catalogue.js';
import { renderResendRefusal } from './dialect.js';

const DAY_MS = 86_400_000;

/** Resend. Idempotency: resend.com/docs/dashboard/emails/idempotency-keys. */
export const resend: Provider = {
  id: 'resend',
  defaultOrigin: 'https://api.resend.com',
  operations: resendOperations,
  idempotencyHeader: 'idempotency-key',
  resendable: true,
  idempotencyWindowMs: DAY_MS,
  idempotencyKeyMaxLength: 256,
  requestHeaders: ['accept'],
  accountHeaders: [],
  responseHeaders: [
    'content-type',
    'x-request-id',
    'retry-after',
    'ratelimit-limit',
    'ratelimit-remaining',
    'ratelimit-reset',
  ],
  requestIdHeader: 'x-request-id',
  authorize: (request, { secret }) => ({
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${secret}` },
  }),
  interpret: (operation, status, body, reserved) =>
    meaningOf(operation, status, body, reserved, (error) => error.name === 'concurrent_idempotent_requests'),
  renderRefusal: renderResendRefusal,
};
