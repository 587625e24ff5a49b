import { asHeld, ownAmount, type SpendTruedUp } from '@keybrake/domain';
import type { ProviderRegistry } from '@keybrake/providers';
import { within } from '../deadline.js';
import type { AdmissionStore } from '../ports/admission-store.js';
import type { DuePrice, PriceStore } from '../ports/price-store.js';
import { DependencyUnavailable } from '../ports/runtime.js';
import { type LookPorts, type LookSettings, look } from './look.js';
import type { DoubtObserver } from './resolve-doubts.js';

export interface TrueUpPorts extends LookPorts {
  readonly providers: ProviderRegistry;
  readonly prices: PriceStore;
  readonly admission: Pick<AdmissionStore, 'trueUp'>;
}

export interface TrueUpSettings extends LookSettings {
  /** Between the commit and the first question; each further one waits twice as long. */
  readonly priceDelayMs: number;
  readonly upstreamTimeoutMs: number;
}

/** With the default delay of a minute the last question is asked after 17 hours. */
const ATTEMPTS_MAX = 10;
/** Admission stores forget a call 24 hours after its end: a later price would count in the ledger alone. */
const ASKED_WITHIN_MS = 23 * 3_600_000;
const PRICES_MAX = 200;
const PRICES_AT_ONCE = 4;

/**
 * Final prices where a provider tells them only later (Twilio). What was told is counted by the admission store once it is
 * folded: then a store that is rebuilt meanwhile has it in its balances, or has the call to count it for.
 */
export async function trueUpPrices(
  ports: TrueUpPorts,
  settings: TrueUpSettings,
  observer: DoubtObserver,
  stopping: () => boolean,
): Promise<{ readonly counted: number; readonly isFull: boolean }> {
  const told = await ports.prices.told(PRICES_MAX);
  for (const price of told) {
    await ports.admission.trueUp(price, price.finalMicros);
    await ports.prices.counted(price);
  }
  const leaseMs = settings.upstreamTimeoutMs + 3 * settings.recordTimeoutMs;
  const { runtime, prices } = ports;
  let asked = 0;
  let due: readonly DuePrice[];
  // Claimed only as many as are asked for at once, so that no claim runs out before its turn.
  do {
    due = await prices.claimDue(runtime.nowMs(), settings.priceDelayMs, leaseMs, PRICES_AT_ONCE);
    await Promise.all(due.map((price) => ask(ports, settings, observer, price)));
    asked += due.length;
  } while (due.length === PRICES_AT_ONCE && asked < PRICES_MAX && !stopping());
  return { counted: told.length, isFull: told.length === PRICES_MAX || asked >= PRICES_MAX };
}

async function ask(
  ports: TrueUpPorts,
  settings: TrueUpSettings,
  observer: DoubtObserver,
  price: DuePrice,
): Promise<void> {
  const { reservationId } = price.facts;
  let reason: string;
  try {
    reason = await askOnce(ports, settings, price);
  } catch (error) {
    if (error instanceof DependencyUnavailable) throw error;
    observer.failed(reservationId, error);
    reason = 'the question failed; the ledger has logged why';
  }
  const attempts = price.attempts + 1;
  const nextAtMs = ports.runtime.nowMs() + settings.priceDelayMs * 2 ** attempts;
  const isLast = attempts >= ATTEMPTS_MAX || isTooLate(price, nextAtMs);
  await ports.prices.note(reservationId, attempts, isLast ? undefined : nextAtMs, reason);
}

const isTooLate = ({ committedAtMs }: DuePrice, atMs: number) => atMs > committedAtMs + ASKED_WITHIN_MS;

/** What came of it, for people; a price goes to the log. */
async function askOnce(ports: TrueUpPorts, settings: TrueUpSettings, price: DuePrice): Promise<string> {
  const { facts, objectId } = price;
  const { accountId, reservationId, call } = facts;
  const provider = ports.providers.get(call.provider);
  if (isTooLate(price, ports.runtime.nowMs())) return 'not asked in time; the committed amount stays';
  const rules = provider.finalPrice;
  const own = ownAmount(call);
  if (rules === undefined || call.amount === undefined || own === undefined)
    return `${provider.id} tells no final prices`;
  const record = await ports.directory.find(accountId, call.vaultKeyId);
  if (record === undefined) return 'its vault key is not on record any more';
  const subject = { ref: { accountId, reservationId }, facts, provider, record };
  const result = await look(ports, settings, subject, rules.lookUp(objectId));
  if (result.kind !== 'answer') return result.kind === 'none' ? result.why : 'not asked';
  const movedMicros = rules.micros(result.json, own);
  if (movedMicros === undefined) return `${provider.id} does not tell an amount in ${own.currency} (yet)`;
  const event: SpendTruedUp = {
    type: 'SpendTruedUp',
    eventId: ports.runtime.newEventId(),
    accountId,
    occurredAtMs: ports.runtime.nowMs(),
    reservationId,
    actualMicros: asHeld(call, movedMicros),
    currency: call.amount.currency,
    source: `${provider.id} ${objectId}`,
  };
  await within(ports.log.append(accountId, [event]), settings.recordTimeoutMs, 'The event log');
  return 'told';
}
