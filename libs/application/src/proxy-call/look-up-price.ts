import type { Pricing, Refusal, ReservationId, SpendCommitted, SpendReleased } from '@keybrake/domain';
import { type LookUp, lookUpRequest, matchOperation } from '@keybrake/providers';
import { DependencyUnavailable } from '../ports/runtime.js';
import { admittedCall, launch, recordReserved } from './admit.js';
import {
  type AdmittedCall,
  type PendingPrice,
  type ProxyCallPorts,
  type ProxyCallSettings,
  type ReadCall,
  refusedVerdict,
} from './call.js';
import { recordOutcome } from './finish.js';
import { type Ending, forward, upstreamFacts } from './forward.js';
import { PhaseWatch } from './phase-watch.js';
import { spendCommitted, spendReleased } from './record.js';
import { reserveCommand, unavailable } from './reserve.js';

/**
 * The end of phase 0 for a call whose amount is in an object of the provider: reads it with the real key and asks the
 * policy. The look is a call of its own, reserved without a hold, recorded and launched like any other (R2, R7).
 */
export async function withLookedUpPrice(
  ports: ProxyCallPorts,
  settings: ProxyCallSettings,
  call: ReadCall,
  reservationId: ReservationId,
): Promise<ReadCall> {
  const { pendingPrice } = call;
  if (pendingPrice === undefined) return call;
  const [looked, countedMicros] = await Promise.all([
    look(ports, settings, lookUpCall(ports, call, pendingPrice.lookUp, reservationId)),
    counted(ports, call, pendingPrice.lookUp),
  ]);
  const found =
    looked.kind === 'refused'
      ? { verdict: refusedVerdict(looked.refusal) }
      : judged(call, pendingPrice, looked.ending, countedMicros);
  return { ...call, ...found, pendingPrice: undefined };
}

// What the ledger has not folded yet, or can't be asked for, is reserved once more: never too little.
async function counted({ archive }: Pick<ProxyCallPorts, 'archive'>, call: ReadCall, { countedFor }: LookUp) {
  if (countedFor === undefined) return 0n;
  return archive.countedFor(call.accountId, call.provider.id, countedFor).catch((error: unknown) => {
    if (error instanceof DependencyUnavailable) return 0n;
    throw error;
  });
}

function judged(call: ReadCall, { lookUp, judge }: PendingPrice, ending: Ending, countedMicros: bigint) {
  const pricing = pricingFrom(lookUp, call.provider.id, ending, countedMicros);
  return 'invalid' in pricing
    ? { verdict: refusedVerdict({ code: 'invalid_request', message: pricing.invalid, param: pricing.param }) }
    : { verdict: judge(pricing), pricing };
}

function pricingFrom(
  lookUp: LookUp,
  provider: string,
  ending: Ending,
  countedMicros: bigint,
): ReturnType<LookUp['price']> {
  const { direction } = lookUp;
  const unknown = (reason: string): Pricing => ({ kind: 'unpriced', reason, direction });
  if (ending.kind !== 'answered') return unknown(`its amount is that of ${lookUp.path}, which could not be read.`);
  const { status, body } = ending.response;
  if (status < 200 || status > 299) {
    return unknown(`its amount is that of ${lookUp.path}, for which ${provider} answered ${status}.`);
  }
  try {
    const text = new TextDecoder().decode(body);
    return lookUp.price(JSON.parse(text), countedMicros, text);
  } catch {
    return unknown(`its amount is that of ${lookUp.path}, whose answer is not JSON.`);
  }
}

/** The look as a call: of the same key and run, for nothing, outside of quota and idempotency. */
function lookUpCall(
  { runtime }: Pick<ProxyCallPorts, 'runtime'>,
  call: ReadCall,
  lookUp: LookUp,
  pricesFor: ReservationId,
): ReadCall {
  const operation = matchOperation(call.provider, lookUp.method, lookUp.path)?.operation;
  if (operation === undefined) throw new Error(`the price is looked up at an unknown operation ${lookUp.path}`);
  return {
    ...call,
    watch: new PhaseWatch(runtime),
    pricesFor,
    operation,
    endpoint: `${operation.method} ${operation.template}`,
    idempotencyKey: undefined,
    outgoing: lookUpRequest(lookUp, call.outgoing?.headers ?? {}),
    fingerprint: '',
    verdict: { kind: 'allowed', amount: undefined, caps: [] },
    pendingPrice: undefined,
  };
}

async function look(
  ports: ProxyCallPorts,
  settings: ProxyCallSettings,
  call: ReadCall,
): Promise<
  { readonly kind: 'ended'; readonly ending: Ending } | { readonly kind: 'refused'; readonly refusal: Refusal }
> {
  const reservationId = ports.runtime.newReservationId();
  const command = { ...reserveCommand(ports.digests, call, reservationId, ports.runtime.nowMs()), meters: [] };
  const outcome = await ports.admission.reserve(command);
  call.watch.ended('reserve');
  if (outcome.kind === 'refused') return { kind: 'refused', refusal: outcome.refusal };
  if (outcome.kind !== 'held') return { kind: 'refused', refusal: unavailable('The admission store') };
  const admission = { kind: 'held', outcome, command: { holds: [] } } as const;
  const admitted = admittedCall(call, reservationId, admission);
  const request = await recordReserved(ports, settings, admitted, admission);
  const refusal = await launch(ports, settings, admitted);
  if (refusal !== undefined) return { kind: 'refused', refusal };
  const sentAtMs = ports.runtime.nowMs();
  const ending = await forward(ports, admitted, request);
  const event = lookedEvent(ports, admitted, ending, ports.runtime.nowMs() - sentAtMs);
  ports.unfinished.keep('recording a look at a price', recordOutcome(ports, admitted, event).settled);
  return { kind: 'ended', ending };
}

// A look that failed changed nothing, whether or not it arrived.
function lookedEvent(
  { runtime }: ProxyCallPorts,
  call: AdmittedCall,
  ending: Ending,
  latencyMs: number,
): SpendCommitted | SpendReleased {
  if (ending.kind !== 'answered') {
    return spendReleased(runtime, call, call.reservationId, 'not_sent', ending.detail);
  }
  const facts = upstreamFacts(call, ending.response, latencyMs);
  return ending.meaning.kind === 'not_executed'
    ? spendReleased(runtime, call, call.reservationId, 'provider_refused', undefined, facts)
    : spendCommitted(runtime, call, call.reservationId, 0n, facts, { sealedResponse: undefined });
}
