import { describeRefusal, type Refusal } from '@keybrake/domain';
import type { RenderedRefusal } from '../provider.js';
import { refusalDetails, refusalHeaders, refusalStatus, shownCode } from '../refusal-parts.js';

/** Resend's error object: resend.com/docs/api-reference/errors. Without `statusCode`, its Python SDK sees a success. */
export function renderResendRefusal(refusal: Refusal): RenderedRefusal {
  const statusCode = refusalStatus(refusal.code, 409);
  const body = { statusCode, name: errorName(refusal), message: describeRefusal(refusal), ...refusalDetails(refusal) };
  return { status: statusCode, headers: refusalHeaders(refusal), body: JSON.stringify(body) };
}

/** Resend's own name where it has one: its SDKs make typed errors of some of them. */
function errorName(refusal: Refusal): string {
  switch (refusal.code) {
    case 'key_invalid':
    case 'key_revoked':
    case 'key_expired':
      return 'invalid_api_key';
    case 'invalid_request':
      return 'validation_error';
    case 'cap_exceeded':
      return refusal.cap.window === 'day' ? 'daily_quota_exceeded' : 'monthly_quota_exceeded';
    case 'quota_exceeded':
      return 'monthly_quota_exceeded';
    case 'rate_exceeded':
      return 'rate_limit_exceeded';
    case 'idempotency_mismatch':
      return 'invalid_idempotent_request';
    case 'in_flight':
      return 'concurrent_idempotent_requests';
    case 'unavailable':
      return 'application_error';
    default:
      return shownCode(refusal.code);
  }
}
