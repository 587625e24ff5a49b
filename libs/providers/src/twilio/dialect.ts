import { describeRefusal, type Refusal, type RefusalCode } from '@keybrake/domain';
import type { RenderedRefusal } from '../provider.js';
import { docsPath, refusalDetails, refusalHeaders, refusalStatus } from '../refusal-parts.js';

// Twilio's own codes (twilio.com/docs/api/errors) where one says the same; Twilio's have five or six digits, so the
// seven-digit ones are Keybrake's.
const CODE: Record<RefusalCode, number> = {
  key_invalid: 20003,
  key_revoked: 20003,
  key_expired: 20003,
  invalid_request: 9400001,
  run_id_required: 9400002,
  idempotency_key_required: 9400003,
  operation_unknown: 9403001,
  operation_not_allowed: 9403002,
  provider_mismatch: 9403003,
  run_id_mismatch: 9403004,
  per_call_max_exceeded: 9403005,
  currency_not_capped: 9403006,
  unpriced_operation: 9403007,
  account_frozen: 9403008,
  operation_denied: 9403009,
  account_not_allowed: 9403010,
  approval_required: 9403011,
  approval_denied: 9403012,
  approval_expired: 9403013,
  in_flight: 9409001,
  outcome_unknown: 9409002,
  response_not_kept: 9409003,
  duplicate_call: 9409004,
  idempotency_mismatch: 9422001,
  cap_exceeded: 9429001,
  quota_exceeded: 9429002,
  rate_exceeded: 20429,
  unavailable: 20503,
};

/** The shape that every Twilio SDK understands: `code`, `message`, `more_info`, `status`, and `details` with numbers. */
export function renderTwilioRefusal(refusal: Refusal): RenderedRefusal {
  const status = refusalStatus(refusal.code, 422);
  const details = refusalDetails(refusal);
  const body = {
    code: CODE[refusal.code],
    message: describeRefusal(refusal),
    more_info: docsPath(refusal.code),
    status,
    ...(Object.keys(details).length > 0 ? { details } : {}),
  };
  return { status, headers: refusalHeaders(refusal), body: JSON.stringify(body) };
}
