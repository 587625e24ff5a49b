import {
  type ApprovalRequest,
  type CapState,
  type Money,
  minorRoundedDown,
  minorRoundedUp,
  type Refusal,
  type RefusalCode,
} from '@keybrake/domain';

/** The statuses that all providers share (design section 5); each dialect sets its own for `idempotency_mismatch`. */
const STATUS: Record<Exclude<RefusalCode, 'idempotency_mismatch'>, number> = {
  key_invalid: 401,
  key_revoked: 401,
  key_expired: 401,
  account_frozen: 403,
  provider_mismatch: 403,
  invalid_request: 400,
  operation_unknown: 403,
  operation_denied: 403,
  operation_not_allowed: 403,
  account_not_allowed: 403,
  run_id_required: 400,
  run_id_mismatch: 403,
  idempotency_key_required: 400,
  per_call_max_exceeded: 403,
  currency_not_capped: 403,
  unpriced_operation: 403,
  cap_exceeded: 429,
  quota_exceeded: 429,
  rate_exceeded: 429,
  duplicate_call: 409,
  approval_required: 403,
  approval_denied: 403,
  approval_expired: 403,
  in_flight: 409,
  outcome_unknown: 409,
  response_not_kept: 409,
  unavailable: 503,
};

export function refusalStatus(code: RefusalCode, mismatchStatus: number): number {
  return code === 'idempotency_mismatch' ? mismatchStatus : STATUS[code];
}

/** The code that a caller sees: unknown, revoked and expired keys look alike to a stranger. */
export function shownCode(code: RefusalCode): RefusalCode {
  return code === 'key_revoked' || code === 'key_expired' ? 'key_invalid' : code;
}

export function docsPath(code: RefusalCode): string {
  return `docs/errors.md#${shownCode(code)}`;
}

/** Lower-case names. Every dialect answers JSON: some SDKs take anything else for a success, or send again. */
export function refusalHeaders(refusal: Refusal): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'keybrake-decision': `denied; rule=${shownCode(refusal.code)}`,
  };
  if ('retryAfterMs' in refusal) headers['retry-after'] = String(Math.max(1, Math.ceil(refusal.retryAfterMs / 1000)));
  return headers;
}

/** The numbers behind a refusal, for programs; money as strings of minor units, times in ISO 8601. */
export function refusalDetails(refusal: Refusal): Readonly<Record<string, string | number | null>> {
  switch (refusal.code) {
    case 'cap_exceeded':
      return capDetails(refusal.requested, refusal.cap);
    case 'per_call_max_exceeded':
      return { ...requested(refusal.requested), limit: roundedDown(refusal.max) };
    case 'currency_not_capped':
      return { currency: refusal.currency };
    case 'quota_exceeded':
      return { limit: refusal.limit, resets_at: isoTime(refusal.resetsAtMs) };
    case 'rate_exceeded':
      return { limit: refusal.limit };
    case 'duplicate_call':
      return { reservation_id: refusal.reservationId, object_id: refusal.objectId ?? null };
    case 'approval_required':
      return {
        ...requested(refusal.requested),
        limit: roundedDown(refusal.above),
        limit_currency: refusal.above.currency,
        ...approvalDetails(refusal.request),
      };
    case 'approval_denied':
    case 'approval_expired':
      return { approval_id: refusal.approvalId };
    case 'outcome_unknown':
    case 'response_not_kept':
      return { reservation_id: refusal.reservationId };
    default:
      return {};
  }
}

function approvalDetails(request: ApprovalRequest | undefined) {
  if (request === undefined) return {};
  const { approvalId, page, expiresAtMs } = request;
  return { approval_id: approvalId, approval_url: page, expires_at: isoTime(expiresAtMs) };
}

function capDetails(amount: Money, cap: CapState) {
  const { currency } = cap;
  const used = cap.committedMicros + cap.heldMicros;
  return {
    cap: `${cap.scope}/${cap.window}`,
    ...requested(amount),
    limit: roundedDown({ currency, micros: cap.limitMicros }),
    committed: minorRoundedUp(cap.committedMicros, currency).toString(),
    held: minorRoundedUp(cap.heldMicros, currency).toString(),
    available: roundedDown({ currency, micros: cap.limitMicros - used }),
    resets_at: cap.resetsAtMs === undefined ? null : isoTime(cap.resetsAtMs),
  };
}

function requested(amount: Money) {
  return { currency: amount.currency, requested: minorRoundedUp(amount.micros, amount.currency).toString() };
}

function roundedDown({ micros, currency }: Money): string {
  return minorRoundedDown(micros, currency).toString();
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
