import { invariant } from '@keybrake/domain';
import type { OutgoingRequest, Provider, ProviderCredential } from '../provider.js';
import { meaningOf } from '../upstream-meaning.js';
import { twilioOperations } from './catalogue.js';
import { renderTwilioRefusal } from './dialect.js';
import { madeResource, twilioEvidence } from './evidence.js';
import { twilioFinalPrice } from './final-price.js';

const ACCOUNT_SEGMENT = /^(\/2010-04-01\/Accounts\/)[A-Za-z0-9_-]+/;

/** Twilio API 2010-04-01. Creating a message has no idempotency key: an unknown outcome is never sent again. */
export const twilio: Provider = {
  id: 'twilio',
  defaultOrigin: 'https://api.twilio.com',
  account: { pattern: /^AC[0-9a-fA-F]{32}$/, hint: 'Twilio needs its account SID: AC and 32 hexadecimal digits.' },
  route,
  operations: twilioOperations,
  idempotencyHeader: undefined,
  resendable: false,
  idempotencyWindowMs: 0,
  idempotencyKeyMaxLength: 255,
  requestHeaders: ['accept'],
  accountHeaders: [],
  responseHeaders: ['content-type', 'twilio-request-id', 'twilio-concurrent-requests', 'retry-after'],
  requestIdHeader: 'twilio-request-id',
  authorize,
  interpret: (operation, status, body, reserved) => meaningOf(operation, status, body, reserved, () => false),
  evidence: twilioEvidence,
  made: madeResource,
  finalPrice: twilioFinalPrice,
  renderRefusal: renderTwilioRefusal,
};

/** The agent may name any account, its SDK demands one: the credential's takes its place. */
function authorize(request: OutgoingRequest, { secret, accountSid }: ProviderCredential): OutgoingRequest {
  invariant(accountSid !== undefined, 'a Twilio credential has an account SID');
  return {
    ...request,
    path: request.path.replace(ACCOUNT_SEGMENT, (_, before: string) => `${before}${accountSid}`),
    headers: { ...request.headers, authorization: `Basic ${btoa(`${accountSid}:${secret}`)}` },
  };
}

const OTHER_PRODUCT = /^\/([a-z-]+)(\/(?:v[0-9]|Organizations|HostedNumbers|marketplace|wireless).*)$/;

/** `/verify/v2/Services` is `/v2/Services` at verify.twilio.com; the oldest API has its own host without a product. */
function route(path: string): { origin: string; path: string } {
  const [, product, rest] = OTHER_PRODUCT.exec(path) ?? [];
  return product === undefined || rest === undefined
    ? { origin: 'https://api.twilio.com', path }
    : { origin: `https://${product}.twilio.com`, path: rest };
}
