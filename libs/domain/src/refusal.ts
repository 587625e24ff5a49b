import type { ApprovalId } from './approval.js';
import type { CapScope } from './cap.js';
import type { Currency } from './currency.js';
import type { ReservationId } from './ids.js';
import { unreachable } from './invariant.js';
import { formatMoney, type Money } from './money.js';
import type { CapWindow } from './window.js';

/** The state of the cap that refused a call, for the caller and the audit. */
export interface CapState {
  readonly scope: CapScope;
  readonly scopeId: string;
  readonly window: CapWindow;
  readonly windowId: string;
  readonly currency: Currency;
  readonly limitMicros: bigint;
  readonly committedMicros: bigint;
  readonly heldMicros: bigint;
  /** Undefined for a window that never ends. */
  readonly resetsAtMs: number | undefined;
}

/** What a caller whose call waits for a person is told. */
export interface ApprovalRequest {
  readonly approvalId: ApprovalId;
  readonly expiresAtMs: number;
  /** Where people decide. */
  readonly page: string;
}

/** Why a call was not forwarded. A value, not an exception: refusing is what the gateway is for. */
export type Refusal =
  | { readonly code: 'key_invalid' }
  | { readonly code: 'key_revoked' }
  | { readonly code: 'key_expired' }
  | { readonly code: 'account_frozen' }
  | { readonly code: 'provider_mismatch'; readonly keyProvider: string }
  | { readonly code: 'invalid_request'; readonly message: string; readonly param?: string | undefined }
  | { readonly code: 'operation_unknown'; readonly endpoint: string }
  /** Known, and withheld from every policy. `reason` is a clause. */
  | { readonly code: 'operation_denied'; readonly endpoint: string; readonly reason: string }
  | { readonly code: 'operation_not_allowed'; readonly operation: string; readonly endpoint: string }
  | { readonly code: 'account_not_allowed'; readonly header: string; readonly account: string | undefined }
  | { readonly code: 'run_id_required' }
  | { readonly code: 'run_id_mismatch' }
  | { readonly code: 'idempotency_key_required' }
  | { readonly code: 'per_call_max_exceeded'; readonly requested: Money; readonly max: Money }
  | { readonly code: 'currency_not_capped'; readonly currency: string }
  | { readonly code: 'unpriced_operation'; readonly reason: string }
  | { readonly code: 'cap_exceeded'; readonly requested: Money; readonly cap: CapState }
  | { readonly code: 'quota_exceeded'; readonly limit: number; readonly resetsAtMs: number }
  | { readonly code: 'rate_exceeded'; readonly limit: number; readonly retryAfterMs: number }
  | { readonly code: 'idempotency_mismatch' }
  /** Made before under another idempotency key. `objectId`: what the provider made then, where it is known. */
  | {
      readonly code: 'duplicate_call';
      readonly reservationId: ReservationId;
      readonly reservedAtMs: number;
      readonly objectId?: string | undefined;
    }
  /** Held and waiting for a person; in shadow nothing waits, and there is no `request`. */
  | {
      readonly code: 'approval_required';
      readonly requested: Money;
      readonly above: Money;
      readonly request?: ApprovalRequest | undefined;
    }
  | { readonly code: 'approval_denied' | 'approval_expired'; readonly approvalId: ApprovalId }
  | { readonly code: 'in_flight'; readonly retryAfterMs: number }
  | { readonly code: 'outcome_unknown'; readonly reservationId: string; readonly retryResolves: boolean }
  | { readonly code: 'response_not_kept'; readonly reservationId: string; readonly status: number | undefined }
  | { readonly code: 'unavailable'; readonly dependency: string; readonly retryAfterMs: number };

export type RefusalCode = Refusal['code'];

const CAP_WORD: Record<CapWindow, string> = {
  day: 'daily',
  month: 'monthly',
  rolling_24h: '24-hour',
  total: 'total',
};

/** One sentence that tells the agent's developer what happened and what to do. Holds no secret. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.code) {
    case 'key_invalid':
    case 'key_revoked':
    case 'key_expired':
      // One text for all three: a stranger learns nothing about which keys exist.
      return 'invalid vault key: it is unknown, revoked or expired. Ask the owner of this Keybrake account for a live key.';
    case 'account_frozen':
      return 'this account is frozen: its ledger met records that it could not read, and no money moves until an operator has looked at them.';
    case 'provider_mismatch':
      return `this vault key is for ${refusal.keyProvider}. Use a vault key whose policy names the provider you call.`;
    case 'invalid_request':
      return `${refusal.message} Nothing was sent to the provider.`;
    case 'operation_unknown':
      return `not in allowed_ops: Keybrake does not know ${refusal.endpoint}, and forwards only operations it can govern.`;
    case 'operation_denied':
      return `not in allowed_ops: Keybrake never forwards ${refusal.endpoint}, because ${refusal.reason}. The account's owner can do it at the provider.`;
    case 'operation_not_allowed':
      return `not in allowed_ops: this vault key's policy does not allow ${refusal.operation} (${refusal.endpoint}). Ask for the operation to be added to the policy.`;
    case 'account_not_allowed':
      return refusal.account === undefined
        ? `account not allowed: this policy acts for connected accounts, and the call names none. Send ${refusal.header}.`
        : `account not allowed: this policy does not let calls act for ${refusal.account} (${refusal.header}). Ask for it to be added to the policy's connectedAccounts.`;
    case 'run_id_required':
      return 'run id required: send the header Keybrake-Run-Id, or append .RUN_ID to the vault key.';
    case 'run_id_mismatch':
      return 'this vault key is bound to another run. Leave the run id out, or use the key made for this run.';
    case 'idempotency_key_required':
      return 'idempotency key required: send an Idempotency-Key that stays the same when you retry.';
    case 'per_call_max_exceeded':
      return `per-call maximum exceeded: ${formatMoney(refusal.requested)} is more than the ${formatMoney(refusal.max)} that this policy allows in one call.`;
    case 'currency_not_capped':
      return `no cap for ${refusal.currency.toUpperCase()}: a currency without a cap is denied. Ask for a cap in that currency.`;
    case 'unpriced_operation':
      return `unpriced operation: ${refusal.reason} Set "unpriced" in the policy to reserve a fixed amount for such calls.`;
    case 'cap_exceeded':
      return describeCap(refusal.requested, refusal.cap);
    case 'quota_exceeded':
      return `monthly request quota exceeded: all ${refusal.limit} requests of this month are used; it resets at ${isoTime(refusal.resetsAtMs)}.`;
    case 'rate_exceeded':
      return `rate limit exceeded: at most ${refusal.limit} requests a second with this policy. Slow down and retry.`;
    case 'idempotency_mismatch':
      return 'this idempotency key was used before with another request. Use a new key for a new request.';
    case 'duplicate_call':
      return describeDuplicate(refusal);
    case 'approval_required':
      return describeApproval(refusal);
    case 'approval_denied':
      return `approval denied: a person has denied ${refusal.approvalId}, so this call is not made. Do not send it again under another idempotency key.`;
    case 'approval_expired':
      return `approval expired: ${refusal.approvalId} was not approved, or not used, in time. To ask again, send the request with a new idempotency key.`;
    case 'in_flight':
      return 'a call with this idempotency key is still in flight. Retry with the same key to get its answer.';
    case 'outcome_unknown':
      return refusal.retryResolves
        ? `outcome_unknown: the provider may or may not have executed reservation ${refusal.reservationId}. Retry with the same idempotency key to settle it; the provider will not execute it twice.`
        : `outcome_unknown: the provider may or may not have executed reservation ${refusal.reservationId}, and it cannot be repeated safely. Do not send it again; an operator resolves it in Keybrake.`;
    case 'response_not_kept':
      return `this call was executed before as reservation ${refusal.reservationId}; its answer is not kept. It was not executed again; read the object from the provider.`;
    case 'unavailable':
      return `${refusal.dependency} is not available, so the call was not made. Retry later with the same idempotency key.`;
    default:
      return unreachable(refusal);
  }
}

function describeDuplicate(refusal: Refusal & { readonly code: 'duplicate_call' }): string {
  const made = refusal.objectId === undefined ? '' : `, which made ${refusal.objectId}`;
  return (
    `duplicate call: the same request was made at ${isoTime(refusal.reservedAtMs)} as reservation ` +
    `${refusal.reservationId}${made}, under another idempotency key. It was not made again: use that result. ` +
    'A retry keeps its idempotency key; a second call that is meant differs in its body.'
  );
}

function describeApproval({ requested, above, request }: Refusal & { readonly code: 'approval_required' }): string {
  const why = `approval required: ${formatMoney(requested)} is more than the ${formatMoney(above)} that need no approval`;
  if (request === undefined) return `${why}.`;
  return (
    `${why}. The amount is held until ${isoTime(request.expiresAtMs)} as ${request.approvalId}: a person decides at ` +
    `${request.page}. Once it is approved, send the same request with the same idempotency key.`
  );
}

function describeCap(requested: Money, cap: CapState): string {
  const money = (micros: bigint) => formatMoney({ currency: cap.currency, micros });
  const reset = cap.resetsAtMs === undefined ? 'it does not reset' : `it resets at ${isoTime(cap.resetsAtMs)}`;
  return (
    `${CAP_WORD[cap.window]} cap exceeded: ${money(requested.micros)} does not fit the ${cap.scope} cap of ` +
    `${money(cap.limitMicros)} (committed ${money(cap.committedMicros)}, held ${money(cap.heldMicros)}); ${reset}.`
  );
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}
