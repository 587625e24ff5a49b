import type { Money, ProviderId } from '@keybrake/domain';
import {
  matchOperation,
  meaningOf,
  type Operation,
  type OutgoingRequest,
  type Provider,
  type ProviderCredential,
  type UpstreamMeaning,
} from '@keybrake/providers';
import { amountRule, guarded, moneyBy, unlistedField } from './amount-rule.js';
import { refusalRenderer } from './refusal-template.js';
import { answerValue } from './rule-values.js';
import type { DescribedAmount, DescribedOperation, DescribedProvider } from './schema.js';

const HOUR_MS = 3_600_000;
const KEY_CONFLICT = 409;

/** The provider that a file describes. */
export function describedProvider(described: DescribedProvider, listed: readonly DescribedOperation[]): Provider {
  const { idempotency, credential, account, trailingSlash } = described;
  const actual = new Map<Operation, DescribedAmount>();
  const operations = listed.map((one) => {
    const operation = operationOf(one);
    if (one.class === 'money' && one.actual !== undefined) actual.set(operation, one.actual);
    return operation;
  });
  const keys = idempotency === 'none' ? undefined : idempotency;
  const provider: Provider = {
    id: described.id as ProviderId,
    defaultOrigin: described.baseUrl,
    ...(account === undefined
      ? {}
      : { account: { pattern: new RegExp(`^(?:${account.pattern})$`, 'u'), hint: account.hint } }),
    ...(credential.in === 'header' && credential.header !== 'authorization'
      ? { credentialHeader: credential.header }
      : {}),
    ...(trailingSlash === 'refused' ? {} : { trailingSlash }),
    operations,
    idempotencyHeader: keys?.header,
    resendable: keys !== undefined,
    idempotencyWindowMs: (keys?.windowHours ?? 0) * HOUR_MS,
    idempotencyKeyMaxLength: keys?.keyMaxLength ?? 255,
    requestHeaders: described.requestHeaders,
    accountHeaders: [],
    responseHeaders: [...new Set(['content-type', ...described.responseHeaders])],
    requestIdHeader: described.requestIdHeader ?? '',
    authorize: (request, real) => authorized(provider, described, request, real),
    interpret: (operation, status, body, reserved) =>
      interpreted(described, actual.get(operation), operation, status, body, reserved),
    renderRefusal: refusalRenderer(described.errors),
  };
  return provider;
}

function operationOf(described: DescribedOperation): Operation {
  const [method = '', template = ''] = described.call.split(' ');
  const { resource, action = method === 'GET' ? 'read' : 'write' } = described;
  const name = { method, template, resource, action };
  switch (described.class) {
    case 'read':
      return { ...name, class: 'read' };
    case 'denied':
      return { ...name, class: 'denied', denied: { because: described.reason } };
    case 'free': {
      const { body, fields } = described;
      const price: Operation['price'] = (call) => unlistedField(fields, call.body) ?? { kind: 'free' };
      return { ...name, class: 'free', ...(body === undefined ? {} : { body }), price };
    }
    case 'money': {
      const { body, direction } = described;
      return {
        ...name,
        class: 'money',
        ...(body === undefined ? {} : { body }),
        direction,
        price: amountRule(described),
      };
    }
  }
}

function authorized(
  provider: Provider,
  { credential, account, trailingSlash }: DescribedProvider,
  request: OutgoingRequest,
  real: ProviderCredential,
): OutgoingRequest {
  const path = withAccount(provider, request, account?.inPath, real);
  return {
    ...request,
    path: trailingSlash === 'sent' ? `${path}/` : path,
    headers: { ...request.headers, ...credentialHeaders(credential, real) },
  };
}

function credentialHeaders(
  credential: DescribedProvider['credential'],
  { secret, accountSid = '' }: ProviderCredential,
): Readonly<Record<string, string>> {
  switch (credential.in) {
    case 'bearer':
      return { authorization: `Bearer ${secret}` };
    case 'basic': {
      const user = credential.user === 'secret' ? secret : accountSid;
      return { authorization: `Basic ${btoa(`${user}:${credential.password === 'secret' ? secret : ''}`)}` };
    }
    case 'header':
      return { [credential.header]: credential.value.replace('{secret}', () => secret) };
  }
}

/** The caller may name any account, its SDK demands one: the credential's takes its place. */
function withAccount(
  provider: Provider,
  { method, path }: OutgoingRequest,
  inPath: string | undefined,
  { accountSid = '' }: ProviderCredential,
): string {
  const template = inPath === undefined ? undefined : matchOperation(provider, method, path)?.operation.template;
  if (template === undefined) return path;
  const parts = template.split('/');
  const segments = path.split('/');
  return segments.map((segment, index) => (parts[index] === `{${inPath}}` ? accountSid : segment)).join('/');
}

function interpreted(
  { statuses, idempotency }: DescribedProvider,
  actual: DescribedAmount | undefined,
  operation: Operation,
  status: number,
  body: Uint8Array,
  reserved: Money | undefined,
): UpstreamMeaning {
  if (statuses.unknown.includes(status)) return { kind: 'unknown' };
  if (statuses.refused.includes(status)) return { kind: 'refused' };
  if (statuses.notExecuted.includes(status)) return { kind: 'not_executed' };
  // A conflict may be about an earlier request with the same key, which may still run.
  const mayBeKeyConflict = idempotency !== 'none' && status === KEY_CONFLICT;
  const success = statuses.executed.includes(status) ? 200 : status;
  const meaning = meaningOf(operation, success, body, reserved, () => mayBeKeyConflict);
  if (meaning.kind !== 'executed' || actual === undefined || reserved === undefined || reserved.micros === 0n)
    return meaning;
  return { kind: 'executed', actualMicros: actualMicros(actual, body, reserved) };
}

/** What the answer does not tell, or tells in another currency, is the reserved amount. */
function actualMicros(actual: DescribedAmount, body: Uint8Array, reserved: Money): bigint {
  return guarded(
    () => {
      const values = { answer: answerValue(new TextDecoder().decode(body)), reserved: reserved.micros };
      const money = moneyBy(actual, values, reserved.currency);
      return money.currency === reserved.currency ? money.micros : reserved.micros;
    },
    () => reserved.micros,
  );
}
