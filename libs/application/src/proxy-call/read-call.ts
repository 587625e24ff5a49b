import { evaluatePolicy, type Pricing, type ProviderId, type Refusal, type RunId } from '@keybrake/domain';
import {
  buildOutgoing,
  denialSentence,
  guessProvider,
  isProblem,
  type MatchedOperation,
  matchOperation,
  type Operation,
  type OutgoingRequest,
  type ParsedBody,
  type ParsedTarget,
  type PriceList,
  type Provider,
  type ProviderRegistry,
  parseBody,
  parseTarget,
  priceCall,
  type RequestProblem,
} from '@keybrake/providers';
import type { Digests } from '../ports/digests.js';
import { accountHeader } from './account-header.js';
import type { Caller } from './authenticate.js';
import { type IncomingCall, type ProxyCallPorts, type ReadCall, refusedVerdict } from './call.js';
import type { PhaseWatch } from './phase-watch.js';
import { runIdOf } from './run-id.js';

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const ENDPOINT_LENGTH_MAX = 200;

/** The provider whose error shape a caller understands before it is known who calls. */
export function dialectFor(providers: ProviderRegistry, incoming: IncomingCall): Provider {
  return providers.get(incoming.routedProvider ?? guessProvider(incoming.target));
}

/**
 * Phase 0: parses the call strictly, prices it and asks the policy. Never refuses by itself: what can't be read has a
 * refusing verdict, so that it takes the same way to the audit as every denial.
 */
export function readCall(
  ports: Pick<ProxyCallPorts, 'providers' | 'prices'> & { readonly digests: Pick<Digests, 'sha256'> },
  incoming: IncomingCall,
  caller: Caller,
  watch: PhaseWatch,
): ReadCall {
  const { key, policy } = caller.record;
  const provider = ports.providers.get(incoming.routedProvider ?? policy.provider);
  const target = parseTarget(incoming.target, provider.trailingSlash);
  const path = isProblem(target) ? undefined : target.path;
  const matched = path === undefined ? undefined : matchOperation(provider, incoming.method, path);
  const unread: ReadCall = {
    watch,
    provider,
    accountId: key.accountId,
    record: caller.record,
    runId: undefined,
    idempotencyKey: undefined,
    operation: matched?.operation,
    endpoint: endpointOf(incoming.method, matched?.operation.template ?? path),
    outgoing: undefined,
    fingerprint: '',
    verdict: refusedVerdict({ code: 'key_invalid' }),
    pendingPrice: undefined,
  };
  const refuse = (refusal: Refusal, more: Partial<ReadCall> = {}): ReadCall => ({
    ...unread,
    ...more,
    verdict: refusedVerdict(refusal),
  });

  const names = callerNames(incoming, caller, provider, matched);
  if (isProblem(names)) return refuse(invalidRequest(names));
  const early = refusalBeforeBody(incoming, policy.provider, provider, target, unread);
  if (early !== undefined) return refuse(early, names);
  if (isProblem(target) || matched === undefined)
    return refuse({ code: 'operation_unknown', endpoint: unread.endpoint }, names);

  const body = readBody(matched.operation, incoming, ports.prices);
  if (isProblem(body)) return refuse(invalidRequest(body), names);
  const outgoing = buildOutgoing({
    provider,
    match: matched,
    query: target.query,
    headers: incoming.headers,
    body,
  });
  if (isProblem(outgoing)) return refuse(invalidRequest(outgoing), names);
  const account = accountHeader(provider, policy, incoming.headers);
  if ('code' in account) return refuse(account, names);
  const request = { ...outgoing, headers: { ...outgoing.headers, ...account.headers } };
  const fingerprint = fingerprintOf(ports.digests, outgoing, body, account.headers);
  const understood = { ...names, outgoing: request, fingerprint };
  const price = priceCall(matched.operation, { body, ids: matched.ids, prices: ports.prices });
  if (isProblem(price)) return refuse(invalidRequest(price), understood);

  const judge = (pricing: Pricing) =>
    evaluatePolicy(policy, key, {
      operation: matched.operation,
      pricing,
      runId: names.runId,
      hasIdempotencyKey: names.idempotencyKey !== undefined,
      mutates: matched.operation.class !== 'read',
      fx: ports.prices.fx,
    });
  if (price.kind !== 'look_up') return { ...unread, ...understood, pricing: price, verdict: judge(price) };
  // Nothing is looked up for a call that the policy refuses at any price.
  const beforePrice = judge({ kind: 'free' });
  if (beforePrice.kind === 'refused') return { ...unread, ...understood, verdict: beforePrice };
  const verdict = refusedVerdict({ code: 'unpriced_operation', reason: 'its price was not looked up.' });
  return { ...unread, ...understood, verdict, pendingPrice: { lookUp: price, judge } };
}

/** Parsed, and bounded where the operation has a limit to set. */
function readBody(operation: Operation, incoming: IncomingCall, prices: PriceList): ParsedBody | RequestProblem {
  const body = parseBody(operation, incoming.headers['content-type']?.[0], incoming.body);
  return isProblem(body) || operation.amend === undefined ? body : operation.amend(body, prices);
}

const invalidRequest = ({ invalid: message, param }: { invalid: string; param?: string }): Refusal => ({
  code: 'invalid_request',
  message,
  param,
});

function refusalBeforeBody(
  incoming: IncomingCall,
  keyProvider: ProviderId,
  provider: Provider,
  target: ParsedTarget | { invalid: string },
  unread: ReadCall,
): Refusal | undefined {
  if (incoming.unreadable !== undefined) return { code: 'invalid_request', message: incoming.unreadable };
  if (provider.id !== keyProvider) return { code: 'provider_mismatch', keyProvider };
  if ('invalid' in target) return invalidRequest(target);
  const { operation, endpoint } = unread;
  if (operation === undefined) return { code: 'operation_unknown', endpoint };
  const { denied } = operation;
  return denied === undefined ? undefined : { code: 'operation_denied', endpoint, reason: denialSentence(denied) };
}

interface CallerNames {
  readonly runId: RunId | undefined;
  readonly idempotencyKey: string | undefined;
}

/** The idempotency key is of what changes something only. */
function callerNames(
  incoming: IncomingCall,
  caller: Caller,
  provider: Provider,
  matched: MatchedOperation | undefined,
): CallerNames | { readonly invalid: string; readonly param?: string } {
  const runId = runIdOf(incoming, caller);
  if (typeof runId === 'object') return runId;
  const keys = idempotencyKeys(incoming, provider);
  const [idempotencyKey] = keys;
  if (idempotencyKey === undefined || matched?.operation.class === 'read') return { runId, idempotencyKey: undefined };
  if (keys.length > 1) return { invalid: 'More than one idempotency key was sent.' };
  if (!VISIBLE_ASCII.test(idempotencyKey) || idempotencyKey.length > provider.idempotencyKeyMaxLength) {
    return { invalid: `Idempotency-Key must be 1 to ${provider.idempotencyKeyMaxLength} visible ASCII characters.` };
  }
  return { runId, idempotencyKey };
}

/** The different ones of the usual header and the provider's own. */
function idempotencyKeys({ headers }: IncomingCall, { idempotencyHeader }: Provider): readonly string[] {
  const usual = headers['idempotency-key']?.slice(0, 1) ?? [];
  const own =
    idempotencyHeader === undefined || idempotencyHeader === 'idempotency-key' ? [] : headers[idempotencyHeader];
  return [...new Set([...usual, ...(own ?? [])])];
}

function endpointOf(method: string, path: string | undefined): string {
  return `${method} ${path ?? '(unreadable path)'}`.slice(0, ENDPOINT_LENGTH_MAX);
}

/** Of what is forwarded, so that two calls with one fingerprint are one request to the provider. */
function fingerprintOf(
  digests: Pick<Digests, 'sha256'>,
  outgoing: OutgoingRequest,
  body: ParsedBody,
  account: Readonly<Record<string, string>>,
): string {
  const actsFor = Object.entries(account).map(([name, value]) => `${name}: ${value}\n`);
  const head = `${outgoing.method} ${outgoing.path}?${outgoing.query}\n${actsFor.join('')}`;
  return digests.sha256(digests.sha256(head) + digests.sha256(body.canonical));
}
