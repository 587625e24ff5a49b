import { type BoundCap, bindCap, type Cap, capApplies, type MoneyDirection } from './cap.js';
import { type Conversion, convert, type FxTable } from './conversion.js';
import type { Currency } from './currency.js';
import type { RunId } from './ids.js';
import { formatMoney, MICROS_MAX, type Money } from './money.js';
import { anyPatternAllows, type OperationName, type Policy } from './policy.js';
import type { Refusal } from './refusal.js';
import { rootKeyId, type VaultKey } from './vault-key.js';

/** What a call costs at most, as the provider's catalogue read it from the request. */
export type Pricing =
  | { readonly kind: 'free' }
  | { readonly kind: 'priced'; readonly amount: Money; readonly direction: MoneyDirection }
  | { readonly kind: 'unpriced'; readonly reason: string; readonly direction: MoneyDirection };

/** What the policy sees of a call. */
export interface CallFacts {
  readonly operation: OperationName;
  readonly pricing: Pricing;
  readonly runId: RunId | undefined;
  readonly hasIdempotencyKey: boolean;
  /** Reads need no idempotency key. */
  readonly mutates: boolean;
  /** Undefined where the operator has set no exchange rates. */
  readonly fx?: FxTable | undefined;
}

/** `amount` is what to hold (undefined for a free call) and `caps` every cap that must have room for it. */
export type Verdict =
  | {
      readonly kind: 'allowed';
      readonly amount: Money | undefined;
      readonly caps: readonly BoundCap[];
      /** Set when the call's own amount is in another currency. */
      readonly conversion?: Conversion | undefined;
      /** Set when a person has to agree before the call is made. */
      readonly approval?: NeededApproval | undefined;
      /** Why a policy in shadow would refuse. */
      readonly shadowRefusal?: Refusal | undefined;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** `above` needs none; it can be in the currency that the amount is counted in. */
export interface NeededApproval {
  /** In the call's own currency: the same when it comes again at another rate. */
  readonly amount: Money;
  readonly above: Money;
}

/** What a call would hold, and why it must not, if so. */
interface Hold extends Omit<Extract<Verdict, { kind: 'allowed' }>, 'kind' | 'shadowRefusal'> {
  readonly refusal?: Refusal | undefined;
}

/** Of these, no mode lets a call through: whose call it is, or that it can't be counted. */
const ALWAYS: ReadonlySet<Refusal['code']> = new Set(['run_id_mismatch', 'invalid_request']);

/**
 * The part of the decision that needs no state: operation, run id, price, currency, per-call maximum, and which caps
 * apply. Room in the caps, quota, rate, revocation and expiry are decided by the admission store, atomically (R1, R7).
 */
export function evaluatePolicy(policy: Policy, key: VaultKey, call: CallFacts): Verdict {
  const { refusal: ofHold, approval, ...hold } = holdFor(policy, key, call);
  const ofApproval = approval && approvalRefusal(call, approval);
  const refusals = [refusalBeforePrice(policy, key, call), ofHold, ofApproval].filter(
    (refusal) => refusal !== undefined,
  );
  const [first] = refusals;
  const isShadow = policy.mode === 'shadow';
  // What is asked of a person is not refused; in shadow nobody is asked.
  const denying = refusals.find(({ code }) => (isShadow ? ALWAYS.has(code) : code !== 'approval_required'));
  if (denying !== undefined) return { kind: 'refused', refusal: denying };
  return isShadow ? { kind: 'allowed', ...hold, shadowRefusal: first } : { kind: 'allowed', ...hold, approval };
}

/** Without an idempotency key the approved call could not be told from another one. */
function approvalRefusal(call: CallFacts, { amount: requested, above }: NeededApproval): Refusal {
  return call.hasIdempotencyKey
    ? { code: 'approval_required', requested, above }
    : { code: 'idempotency_key_required' };
}

function refusalBeforePrice(policy: Policy, key: VaultKey, { operation, ...call }: CallFacts): Refusal | undefined {
  if (key.boundRunId !== undefined && call.runId !== key.boundRunId) return { code: 'run_id_mismatch' };
  if (!lineAllows(policy, key, operation)) {
    const endpoint = `${operation.method} ${operation.template}`;
    return { code: 'operation_not_allowed', operation: `${operation.resource}:${operation.action}`, endpoint };
  }
  if (call.runId === undefined && needsRunId(policy)) return { code: 'run_id_required' };
  if (policy.requireIdempotencyKey && call.mutates && !call.hasIdempotencyKey) {
    return { code: 'idempotency_key_required' };
  }
  return undefined;
}

/** The policy and every key of the line allow it. */
export function lineAllows(
  policy: Pick<Policy, 'allowedOperations'>,
  key: Pick<VaultKey, 'attenuations'>,
  operation: OperationName,
): boolean {
  const lists = [policy.allowedOperations, ...key.attenuations.map((line) => line.allowedOperations)];
  return lists.every((list) => list === undefined || anyPatternAllows(list, operation));
}

// A run cap that a call could pass by naming no run would be no cap.
function needsRunId(policy: Policy): boolean {
  return policy.requireRunId || policy.caps.some((cap) => cap.scope === 'run');
}

function holdFor(policy: Policy, key: VaultKey, call: CallFacts): Hold {
  const { pricing } = call;
  const nothing: Hold = { amount: undefined, caps: [] };
  if (pricing.kind === 'free') return nothing;
  if (pricing.kind === 'unpriced' && policy.unpriced === 'deny') {
    return { ...nothing, refusal: { code: 'unpriced_operation', reason: pricing.reason } };
  }
  const amount = pricing.kind === 'priced' ? pricing.amount : (policy.unpriced as Money);
  if (amount.micros === 0n) return { amount, caps: [] };
  if (amount.micros > MICROS_MAX) {
    const message = `${formatMoney(amount)} is more than Keybrake can count.`;
    return { ...nothing, refusal: { code: 'invalid_request', message } };
  }
  const overOwn = overMax(policy, amount);
  const counted = inCappedCurrency(policy, call.fx, amount, pricing.direction);
  if (counted === undefined) {
    return { amount, caps: [], refusal: overOwn ?? { code: 'currency_not_capped', currency: amount.currency } };
  }
  const { currency } = counted.amount;
  const caps = keyCaps(policy, key, call.runId, (cap) => capApplies(cap, currency, pricing.direction));
  const above = approvalThreshold(policy, amount) ?? approvalThreshold(policy, counted.amount);
  const approval = above && { amount, above };
  return { ...counted, caps, approval, refusal: overOwn ?? overMax(policy, counted.amount) };
}

/** What needs no approval, where this is more. */
function approvalThreshold({ approval }: Policy, { currency, micros }: Money): Money | undefined {
  const aboveMicros = approval?.aboveMicros.get(currency);
  return aboveMicros !== undefined && micros > aboveMicros ? { currency, micros: aboveMicros } : undefined;
}

function overMax(policy: Policy, amount: Money): Refusal | undefined {
  const maxMicros = policy.perCallMaxMicros.get(amount.currency);
  if (maxMicros === undefined || amount.micros <= maxMicros) return undefined;
  return { code: 'per_call_max_exceeded', requested: amount, max: { currency: amount.currency, micros: maxMicros } };
}

/** The amount as caps count it: in its own currency, or in the base of the exchange rates where the policy says so. */
function inCappedCurrency(
  policy: Policy,
  fx: FxTable | undefined,
  amount: Money,
  direction: MoneyDirection,
): { readonly amount: Money; readonly conversion?: Conversion } | undefined {
  const isCapped = (currency: Currency) => policy.caps.some((cap) => capApplies(cap, currency, direction));
  if (isCapped(amount.currency)) return { amount };
  if (policy.otherCurrencies === 'deny' || fx === undefined || !isCapped(fx.base)) return undefined;
  const converted = convert(amount, fx);
  return converted !== undefined && converted.amount.micros <= MICROS_MAX ? converted : undefined;
}

/**
 * Every cap that the key's calls in this run must fit, the tightest of each counter. Caps of scope `run` are left out
 * where no run is named.
 */
export function keyCaps(
  policy: Pick<Policy, 'caps' | 'timeZone'>,
  key: VaultKey,
  runId: RunId | undefined,
  applies: (cap: Cap) => boolean = () => true,
): readonly BoundCap[] {
  const root = rootKeyId(key);
  const subjects = { accountId: key.accountId, agentType: key.agentType, rootKeyId: root, runId };
  // The policy's key caps bind to the root, so that children share their parent's budget; a child's own bind to the child.
  const stated = [
    ...policy.caps.map((cap) => ({ cap, keyId: root })),
    ...key.attenuations.flatMap((line) => line.caps.map((cap) => ({ cap, keyId: line.keyId }))),
  ];
  const tightest = new Map<string, BoundCap>();
  for (const { cap, keyId } of stated) {
    if (!applies(cap)) continue;
    const bound = bindCap(cap, { ...subjects, keyId }, policy.timeZone);
    if (bound === undefined) continue;
    const other = tightest.get(bound.counter);
    if (other === undefined || bound.limitMicros < other.limitMicros) tightest.set(bound.counter, bound);
  }
  // One order for every call: stores that lock counters one by one then cannot deadlock.
  return [...tightest.values()].sort((a, b) => (a.counter < b.counter ? -1 : 1));
}

/** For logs and audit: `1.00 USD`, or `free`. */
export function describeAmount(amount: Money | undefined): string {
  return amount === undefined ? 'free' : formatMoney(amount);
}
