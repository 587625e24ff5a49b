import {
  type CallFacts,
  type Currency,
  evaluatePolicy,
  type FxTable,
  type Policy,
  type Pricing,
  type RefusalCode,
  type RunId,
  type VaultKey,
  type Verdict,
} from '@keybrake/domain';
import type { Operation } from '@keybrake/providers';
import type { GovernancePorts } from '../governance/governance.js';
import type { RecordedCall } from '../ports/recorded-calls.js';

/** No policy decides these: whose call it was, whether it was understood, what was down. */
const NOT_THE_POLICYS: ReadonlySet<string> = new Set<RefusalCode>([
  'key_invalid',
  'key_revoked',
  'key_expired',
  'account_frozen',
  'provider_mismatch',
  'invalid_request',
  'operation_unknown',
  'operation_denied',
  'account_not_allowed',
  'in_flight',
  'outcome_unknown',
  'response_not_kept',
  'unavailable',
]);

/** As recorded: no policy would change it. Undecided: what its price was is not recorded, and the policy wants to know. */
export type Judged =
  | { readonly kind: 'judged'; readonly verdict: Verdict; readonly operation: Operation }
  | { readonly kind: 'as_recorded' | 'undecided' };

/** Evaluates recorded calls as the gateway evaluates those that come. */
export class RecordedJudge {
  readonly #providers: GovernancePorts['providers'];
  readonly #policy: Policy;
  readonly #operations = new Map<string, Operation | undefined>();

  constructor(providers: GovernancePorts['providers'], policy: Policy) {
    this.#providers = providers;
    this.#policy = policy;
  }

  judge(key: VaultKey, call: RecordedCall): Judged {
    if (call.decision === 'denied' && NOT_THE_POLICYS.has(call.rule ?? '')) return { kind: 'as_recorded' };
    const operation = this.#operationOf(call);
    if (operation === undefined) return { kind: 'undecided' };
    const pricing = call.pricing ?? earlierPricing(call);
    const facts: CallFacts = {
      operation,
      pricing: pricing ?? { kind: 'free' },
      runId: (call.runId ?? undefined) as RunId | undefined,
      hasIdempotencyKey: call.idempotencyKey !== null,
      mutates: operation.class !== 'read',
      fx: ratesOf(call),
    };
    const verdict = evaluatePolicy(this.#policy, key, facts);
    // What is refused at any price needs none.
    const isDecided = pricing !== undefined || verdict.kind === 'refused';
    return isDecided ? { kind: 'judged', verdict, operation } : { kind: 'undecided' };
  }

  #operationOf({ provider, operation, endpoint }: RecordedCall): Operation | undefined {
    const name = `${provider} ${operation} ${endpoint}`;
    if (this.#operations.has(name)) return this.#operations.get(name);
    const found = this.#providers
      .find(provider)
      ?.operations.find(
        (one) => `${one.resource}:${one.action} ${one.method} ${one.template}` === `${operation} ${endpoint}`,
      );
    this.#operations.set(name, found);
    return found;
  }
}

/** Of an allowed call that an older build has recorded: what it held tells. */
function earlierPricing({
  decision,
  currency,
  reservedMicros,
  direction,
  conversion,
}: RecordedCall): Pricing | undefined {
  if (decision !== 'allowed') return undefined;
  if (reservedMicros === undefined || direction === undefined) return { kind: 'free' };
  const amount = conversion?.from ?? { currency: currency as Currency, micros: reservedMicros };
  return { kind: 'priced', amount, direction };
}

/** The rate that the call was counted at. */
function ratesOf({ conversion, currency }: RecordedCall): FxTable | undefined {
  if (conversion === undefined || currency === null) return undefined;
  const { from, rateNanos, marginBasisPoints } = conversion;
  return { base: currency as Currency, rateNanos: new Map([[from.currency, rateNanos]]), marginBasisPoints };
}
