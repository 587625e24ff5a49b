import type { Money, SpendCommitted, SpendReleased, UpstreamFacts, VaultKeyId } from '@keybrake/domain';
import { asHeld, type HeldAmount, invariant, ownAmount, rootKeyId } from '@keybrake/domain';
import { answeredId, type OutgoingRequest, type UpstreamMeaning } from '@keybrake/providers';
import type { Digests } from '../ports/digests.js';
import type { Upstream, UpstreamResponse } from '../ports/upstream.js';
import type { AdmittedCall, ProxyCallPorts, ProxyCallSettings } from './call.js';
import { spendCommitted, spendReleased } from './record.js';
import { packResponse } from './stored-response.js';

/** How the provider's side of a call ended. */
export type Ending =
  | { readonly kind: 'answered'; readonly response: UpstreamResponse; readonly meaning: UpstreamMeaning }
  | { readonly kind: 'not_sent'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

/** The request as the provider gets it: real key and upstream idempotency key in, nothing of the vault key left. */
export async function outgoingRequest(
  ports: Pick<ProxyCallPorts, 'directory' | 'digests'>,
  call: AdmittedCall,
): Promise<OutgoingRequest> {
  const credential = await ports.directory.openCredential(call.accountId, call.record.key.credentialId);
  const request = call.provider.authorize(call.outgoing, credential);
  const header = call.provider.idempotencyHeader;
  if (header === undefined || call.operation.class === 'read') return request;
  const { accountId, reservationId, idempotencyKey } = call;
  const names = { accountId, reservationId, idempotencyKey, rootKeyId: rootKeyId(call.record.key) };
  return { ...request, headers: { ...request.headers, [header]: upstreamKeyOf(ports.digests, names) } };
}

/**
 * Namespaced, so that vault keys sharing one provider account can't replay each other's answers. A caller that sent no
 * key still gets one, of its reservation: what is sent again then never runs twice.
 */
export function upstreamKeyOf(
  digests: Digests,
  call: Pick<AdmittedCall, 'accountId' | 'reservationId' | 'idempotencyKey'> & { readonly rootKeyId: VaultKeyId },
): string {
  const clientKey = call.idempotencyKey ?? call.reservationId;
  return digests.upstreamIdempotencyKey(call.accountId, call.rootKeyId, clientKey);
}

/** Phase 4 for a mutating call. An error in here after the launch is an unknown outcome, never a release. */
export async function forward(
  ports: { readonly upstream: Pick<Upstream, 'send'> },
  call: AdmittedCall,
  request: OutgoingRequest,
): Promise<Ending> {
  const sent = await ports.upstream.send(call.provider.id, request);
  call.watch.ended('forward');
  if (sent.kind !== 'answered') return sent;
  const { response } = sent;
  return { kind: 'answered', response, meaning: meaningInHeldCurrency(call, response) };
}

// The provider speaks of the call's own currency, the caps of the one that is held.
function meaningInHeldCurrency(call: AdmittedCall, { status, body }: UpstreamResponse): UpstreamMeaning {
  const held = heldAmount(call);
  const meaning = call.provider.interpret(call.operation, status, body, ownAmount(held));
  return meaning.kind === 'executed' ? { ...meaning, actualMicros: asHeld(held, meaning.actualMicros) } : meaning;
}

function heldAmount({ verdict }: AdmittedCall): HeldAmount {
  invariant(verdict.kind === 'allowed', 'an admitted call was allowed');
  return verdict;
}

/** What the call holds under each of its caps; undefined when it is counted under none. */
export function reservedAmount(call: AdmittedCall): Money | undefined {
  return heldAmount(call).amount;
}

export function upstreamFacts(
  call: AdmittedCall,
  response: Pick<UpstreamResponse, 'status' | 'headers'>,
  latencyMs: number,
): UpstreamFacts {
  return { status: response.status, requestId: response.headers[call.provider.requestIdHeader], latencyMs };
}

/**
 * The event that ends the reservation, or undefined when the outcome is unknown. For an adopted call only a final
 * answer counts: that this attempt was not sent or not executed proves nothing about the earlier one (R3).
 */
export async function outcomeEvent(
  ports: Pick<ProxyCallPorts, 'runtime' | 'seal'>,
  settings: Pick<ProxyCallSettings, 'keptResponseBytesMax'>,
  call: AdmittedCall,
  ending: Ending,
  latencyMs: number,
): Promise<SpendCommitted | SpendReleased | undefined> {
  const { runtime } = ports;
  if (ending.kind === 'unknown') return undefined;
  if (ending.kind === 'not_sent') {
    return call.adopted ? undefined : spendReleased(runtime, call, call.reservationId, 'not_sent', ending.detail);
  }
  const { response, meaning } = ending;
  const facts = upstreamFacts(call, response, latencyMs);
  switch (meaning.kind) {
    case 'unknown':
      return undefined;
    case 'not_executed':
      return call.adopted
        ? undefined
        : spendReleased(runtime, call, call.reservationId, 'provider_refused', undefined, facts);
    case 'executed':
    case 'refused': {
      const actualMicros = meaning.kind === 'executed' ? meaning.actualMicros : 0n;
      const sealedResponse = await sealedFor(ports, settings, call, response);
      // Only a duplicate guard asks for it.
      const isGuarded = call.record.policy.duplicateGuard !== undefined;
      const madeId = isGuarded && meaning.kind === 'executed' ? answeredId(response.body) : undefined;
      const made = meaning.kind === 'executed' ? call.provider.made?.(call.operation, response.body) : undefined;
      return spendCommitted(runtime, call, call.reservationId, actualMicros, facts, {
        sealedResponse,
        madeId,
        ...made,
      });
    }
  }
}

async function sealedFor(
  ports: Pick<ProxyCallPorts, 'seal'>,
  settings: Pick<ProxyCallSettings, 'keptResponseBytesMax'>,
  call: AdmittedCall,
  response: UpstreamResponse,
): Promise<string | undefined> {
  if (call.idempotencyKey === undefined || response.body.length > settings.keptResponseBytesMax) return undefined;
  return ports.seal.seal(call.accountId, call.reservationId, packResponse(response));
}
