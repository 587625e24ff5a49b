import { describeRefusal, type ProviderId } from '@keybrake/domain';
import type { Provider } from '../provider.js';
import { docsPath, refusalDetails, refusalHeaders, refusalStatus, shownCode } from '../refusal-parts.js';

/** Stands for a provider that policies and records name and no file describes any more: it knows no operation. */
export function unconfiguredProvider(id: ProviderId): Provider {
  return {
    id,
    defaultOrigin: '',
    operations: [],
    idempotencyHeader: undefined,
    resendable: false,
    idempotencyWindowMs: 0,
    idempotencyKeyMaxLength: 255,
    requestHeaders: [],
    accountHeaders: [],
    responseHeaders: ['content-type'],
    requestIdHeader: '',
    authorize: () => {
      throw new Error(`${id} is not configured, so nothing can be sent to it`);
    },
    interpret: () => ({ kind: 'unknown' }),
    renderRefusal: (refusal) => {
      const status = refusalStatus(refusal.code, 409);
      const error = {
        code: shownCode(refusal.code),
        message: describeRefusal(refusal),
        docs: docsPath(refusal.code),
        ...refusalDetails(refusal),
      };
      return { status, headers: refusalHeaders(refusal), body: JSON.stringify({ error }) };
    },
  };
}
