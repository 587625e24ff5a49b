import { randomUUID } from 'node:crypto';
import type { WitnessEntry } from '@keybrake/simulator';
import Stripe from 'stripe';
import type { IssuedKey } from './account.ts';
import type { System } from './system.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** The official SDK at the gateway's root path, with no retries of its own. */
export function stripeClient(system: System, key: IssuedKey): Stripe {
  const { hostname: host, port } = new URL(system.gatewayUrl);
  return new Stripe(key.vaultKey, {
    host,
    port: Number(port),
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

export interface SdkFailure {
  readonly message: string;
  readonly type?: string;
  readonly statusCode?: number;
  readonly status?: number;
}

export function failureOf(work: Promise<unknown>): Promise<SdkFailure | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => error as SdkFailure,
  );
}

async function answerOf(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const FORM = 'application/x-www-form-urlencoded';

/** A charge as curl would make it. */
export function charge(
  gatewayUrl: string,
  vaultKey: string,
  body: string,
  idempotencyKey: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${vaultKey}`,
    'content-type': FORM,
    'idempotency-key': idempotencyKey,
    ...more,
  };
  return answerOf(`${gatewayUrl}/v1/charges`, { method: 'POST', headers, body });
}

export function chargesOf(entries: readonly WitnessEntry[], amountMinor: number): WitnessEntry[] {
  return entries.filter(
    (entry) => entry.executed && entry.operation === 'POST /v1/charges' && entry.amountMinor === String(amountMinor),
  );
}

/** One money-moving call of a provider, marked so that the witness can tell it. */
export interface ProviderCall {
  readonly id: 'stripe' | 'twilio' | 'resend';
  readonly resendable: boolean;
  readonly successStatus: number;
  /** What one call counts against a cap in cents, rounded up. */
  readonly costMinor: string;
  readonly policy: { readonly provider: 'stripe' | 'twilio' | 'resend'; readonly allowedOperations: readonly string[] };
  mark(idempotencyKey: string): string;
  request(
    vaultKey: string,
    marker: string,
  ): { readonly path: string; readonly headers: Record<string, string>; readonly body: string };
}

const mark = (idempotencyKey: string) => `marked ${idempotencyKey}`;
const ACCOUNT = 'AC00000000000000000000000000000000';

export const providerCalls: readonly ProviderCall[] = [
  {
    id: 'stripe',
    resendable: true,
    successStatus: 200,
    costMinor: '700',
    policy: { provider: 'stripe', allowedOperations: ['charges:*'] },
    mark,
    request: (vaultKey, description) => ({
      path: '/stripe/v1/charges',
      headers: { authorization: `Bearer ${vaultKey}`, 'content-type': FORM },
      body: new URLSearchParams({ amount: '700', currency: 'usd', source: 'tok_visa', description }).toString(),
    }),
  },
  {
    id: 'resend',
    resendable: true,
    successStatus: 200,
    costMinor: '1',
    policy: { provider: 'resend', allowedOperations: ['emails:*'] },
    mark,
    request: (vaultKey, subject) => ({
      path: '/resend/emails',
      headers: { authorization: `Bearer ${vaultKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from: 'a@example.com', to: ['b@example.com'], subject, html: 'x' }),
    }),
  },
  {
    id: 'twilio',
    resendable: false,
    successStatus: 201,
    costMinor: '2',
    policy: { provider: 'twilio', allowedOperations: ['messages:*'] },
    mark,
    request: (vaultKey, body) => ({
      path: `/twilio/2010-04-01/Accounts/${ACCOUNT}/Messages.json`,
      headers: {
        authorization: `Basic ${Buffer.from(`${ACCOUNT}:${vaultKey}`).toString('base64')}`,
        'content-type': FORM,
      },
      body: new URLSearchParams({ To: '+15005550010', From: '+15005550006', Body: body }).toString(),
    }),
  },
];

/** Markers of what the provider executed, one for each time, in its order. */
export function executedMarkers(entries: readonly WitnessEntry[], prefix = ''): string[] {
  return entries.flatMap(({ executed, marker }) => (executed && marker?.startsWith(prefix) ? [marker] : []));
}

export function call(
  gatewayUrl: string,
  provider: ProviderCall,
  vaultKey: string,
  idempotencyKey: string = randomUUID(),
): Promise<Answer> {
  const { path, headers, body } = provider.request(vaultKey, provider.mark(idempotencyKey));
  return answerOf(`${gatewayUrl}${path}`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': idempotencyKey },
    body,
  });
}
