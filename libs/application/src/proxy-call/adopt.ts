import type { Refusal, ReservationId } from '@keybrake/domain';
import type { Provider } from '@keybrake/providers';
import type { AdmittedCall, ProxyCallPorts, ProxyCallSettings, ReadCall } from './call.js';

/** A margin below the provider's own window: its clock and the resend's travel time are not ours. */
const WINDOW_MARGIN_MS = 3_600_000;

/** How long after its launch a call may be sent again with its upstream key. */
export const resendableWithinMs = (provider: Provider): number => provider.idempotencyWindowMs - WINDOW_MARGIN_MS;

export type Adoption =
  | { readonly kind: 'adopted'; readonly call: AdmittedCall }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * A retry whose price was looked up the first time: what was reserved then stands. A second look could find that the first
 * attempt has left nothing to move, and would say that it moved nothing.
 */
export async function asReserved(
  { archive }: Pick<ProxyCallPorts, 'archive'>,
  call: ReadCall,
  reservationId: ReservationId,
): Promise<ReadCall> {
  if (call.pendingPrice === undefined) return call;
  const reserved = await archive.reservedFor(call.accountId, reservationId);
  if (reserved === undefined) return call;
  const { amount, conversion } = reserved;
  return { ...call, verdict: { kind: 'allowed', amount, conversion, caps: [] }, pendingPrice: undefined };
}

/**
 * A retry with the key of a call in doubt. Where the provider deduplicates by idempotency key, the identical request
 * may go out again under the old reservation, and its answer settles both. Elsewhere nothing is sent (Twilio).
 */
export async function adopt(
  ports: Pick<ProxyCallPorts, 'admission'>,
  settings: ProxyCallSettings,
  call: ReadCall,
  inDoubt: { readonly reservationId: ReservationId },
): Promise<Adoption> {
  const { reservationId } = inDoubt;
  const { provider, operation, outgoing, verdict } = call;
  const unresolved = (retryResolves: boolean): Adoption => ({
    kind: 'refused',
    refusal: { code: 'outcome_unknown', reservationId, retryResolves },
  });
  const mayResend = provider.resendable && verdict.kind === 'allowed';
  // What was reserved is not folded yet: asking again tells.
  if (call.pendingPrice !== undefined) return unresolved(provider.resendable);
  if (!mayResend || operation === undefined || outgoing === undefined) return unresolved(false);
  const outcome = await ports.admission.adopt({
    purpose: 'resend',
    reservationId,
    accountId: call.accountId,
    lineage: call.record.key.lineage,
    owner: `${settings.owner}/${call.watch.startedAtMs}`,
    outcomeDueMs: settings.upstreamTimeoutMs + settings.recordTimeoutMs,
    launchedWithinMs: resendableWithinMs(provider),
  });
  if (outcome.kind === 'launched') {
    call.watch.ended('launch');
    const { incarnation } = outcome;
    const remainingMicros = undefined;
    return {
      kind: 'adopted',
      call: { ...call, operation, outgoing, reservationId, incarnation, adopted: true, remainingMicros },
    };
  }
  switch (outcome.reason) {
    case 'revoked':
      return { kind: 'refused', refusal: { code: 'key_revoked' } };
    case 'expired':
      return { kind: 'refused', refusal: { code: 'key_expired' } };
    case 'frozen':
      return { kind: 'refused', refusal: { code: 'account_frozen' } };
    case 'not_in_doubt':
      // Another retry was faster, or the outcome just came in: asking again tells.
      return { kind: 'refused', refusal: { code: 'in_flight', retryAfterMs: 1_000 } };
    case 'window_closed':
      return unresolved(false);
  }
}
