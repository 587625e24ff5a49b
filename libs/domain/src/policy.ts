import type { ApprovalRule } from './approval.js';
import type { Cap } from './cap.js';
import type { Currency } from './currency.js';
import type { AccountId, PolicyId, ProviderId } from './ids.js';
import type { Money } from './money.js';

/** One immutable version of a policy. A change makes the next version; calls are stamped with the one that decided. */
export interface Policy {
  readonly id: PolicyId;
  readonly accountId: AccountId;
  readonly version: number;
  readonly name: string;
  readonly provider: ProviderId;
  /** `charges:write`, `refunds:*`, `*:read` or `POST /v1/payment_intents`. What is not listed is denied. */
  readonly allowedOperations: readonly string[];
  readonly caps: readonly Cap[];
  readonly perCallMaxMicros: ReadonlyMap<Currency, bigint>;
  /** IANA name; windows of this policy's caps begin at its midnight. */
  readonly timeZone: string;
  readonly requestsPerMonth: number | undefined;
  readonly requestsPerSecond: number | undefined;
  /** What to do with a call whose price can't be known beforehand. */
  readonly unpriced: 'deny' | Money;
  readonly requireRunId: boolean;
  readonly requireIdempotencyKey: boolean;
  /** What to do with an amount in a currency without a cap: deny it, or count it in the operator's base currency. */
  readonly otherCurrencies: 'deny' | 'convert';
  /**
   * Accounts of the provider that calls may act for, beside or instead of the credential's own (Stripe Connect). None:
   * only its own. One: every call acts for it, named or not. More: each call names one; `own` stands for no name.
   */
  readonly connectedAccounts: readonly string[];
  /** Undefined: the same request under another idempotency key is another call. */
  readonly duplicateGuard: DuplicateGuard | undefined;
  /** Undefined: no call needs a person. */
  readonly approval: ApprovalRule | undefined;
  readonly mode: PolicyMode;
}

export const POLICY_MODES = ['enforce', 'shadow'] as const;
/** `shadow`: decides, counts and records, and lets through what it would refuse. */
export type PolicyMode = (typeof POLICY_MODES)[number];

export const GUARD_MODES = ['warn', 'block'] as const;
export const GUARD_SCOPES = ['run', 'key'] as const;
/** As long as admission stores know their calls. */
export const GUARD_WINDOW_MAX_MS = 86_400_000;

/**
 * What to do with a request that was made before under another idempotency key, or none: an agent whose retry makes a new
 * key, two branches that each charge. The same request: operation, path, canonical body and connected account.
 */
export interface DuplicateGuard {
  /** `warn`: let through and audited as a duplicate. `block`: refused. */
  readonly mode: (typeof GUARD_MODES)[number];
  /** Counted from the earlier call's reservation. */
  readonly windowMs: number;
  /** `run`: only among calls of one run, and calls of no run. `key`: among all of a key and its children. */
  readonly scope: (typeof GUARD_SCOPES)[number];
}

export interface OperationName {
  /** `charges`, `payment_intents`, `messages`, `emails`. */
  readonly resource: string;
  readonly action: string;
  readonly method: string;
  /** `/v1/payment_intents/{id}/confirm`. */
  readonly template: string;
}

/** `resource:action` and `METHOD /template` are exact; `*` stands for a whole resource or action. */
export function patternAllows(pattern: string, operation: OperationName): boolean {
  if (pattern.includes(' ')) return pattern === `${operation.method} ${operation.template}`;
  const [resource, action] = pattern.split(':');
  return (resource === '*' || resource === operation.resource) && (action === '*' || action === operation.action);
}

export function anyPatternAllows(patterns: readonly string[], operation: OperationName): boolean {
  return patterns.some((pattern) => patternAllows(pattern, operation));
}
