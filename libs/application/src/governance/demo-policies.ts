import {
  type BuiltInProviderId,
  type Cap,
  type Currency,
  invariant,
  type Money,
  moneyFromMinor,
  type ProviderId,
  parseCurrency,
} from '@keybrake/domain';
import type { PolicyDraft } from './policy-rules.js';

/** What the embedded start offers a first call with. */
export interface DemoPolicy {
  /** Also the end of its id, `pol_demo…`. */
  readonly slug: string;
  readonly draft: PolicyDraft;
}

/** The policy of the demo key, and the agent type the key is for. */
export interface DemoGrant extends DemoPolicy {
  readonly agentType: string;
}

const USD = usd();

function usd(): Currency {
  const currency = parseCurrency('usd');
  invariant(currency !== undefined, 'USD is a known currency');
  return currency;
}

const dollars = (amount: bigint): Money => moneyFromMinor(amount * 100n, USD);

const perKeyAndDay = ({ currency, micros }: Money): Cap => ({
  scope: 'key',
  window: 'day',
  currency,
  direction: 'any',
  limitMicros: micros,
});

function draftOf(
  provider: BuiltInProviderId,
  name: string,
  dailyCap: Money,
  allowedOperations: readonly string[],
  perCallMax?: Money,
): PolicyDraft {
  return {
    ...readOnlyDraft(provider),
    name,
    allowedOperations,
    caps: [perKeyAndDay(dailyCap)],
    perCallMaxMicros: new Map(perCallMax === undefined ? [] : [[perCallMax.currency, perCallMax.micros]]),
  };
}

/** Every read of the provider, and nothing that changes anything. */
export function readOnlyDraft(provider: ProviderId): PolicyDraft {
  return {
    name: `${provider}, read only`,
    provider,
    allowedOperations: ['*:read'],
    caps: [],
    perCallMaxMicros: new Map(),
    timeZone: 'UTC',
    requestsPerMonth: undefined,
    requestsPerSecond: undefined,
    unpriced: 'deny',
    requireRunId: false,
    requireIdempotencyKey: false,
    otherCurrencies: 'deny',
    duplicateGuard: undefined,
    approval: undefined,
    mode: 'enforce',
    connectedAccounts: [],
  };
}

const STRIPE_OPERATIONS = ['charges:*', 'payment_intents:*', 'customers:*', 'products:*', 'prices:*'];

export const DEMO_GRANTS: Readonly<Record<BuiltInProviderId, DemoGrant>> = {
  stripe: {
    slug: 'stripe',
    agentType: 'checkout',
    draft: draftOf('stripe', 'Stripe, up to $100 a day', dollars(100n), STRIPE_OPERATIONS, dollars(100n)),
  },
  twilio: {
    slug: 'twilio',
    agentType: 'messaging',
    draft: draftOf('twilio', 'Twilio messages, up to $10 a day', dollars(10n), ['messages:*']),
  },
  resend: {
    slug: 'resend',
    agentType: 'messaging',
    draft: draftOf('resend', 'Resend emails, up to $10 a day', dollars(10n), ['emails:*']),
  },
};

/** For agents of type `billing`: money back, and nothing else but looking charges up. */
export const DEMO_REFUNDS: DemoPolicy = {
  slug: 'refunds',
  draft: draftOf(
    'stripe',
    'Stripe refunds, up to $100 a day',
    dollars(100n),
    ['refunds:*', 'charges:read'],
    dollars(100n),
  ),
};
