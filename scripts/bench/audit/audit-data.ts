import { AuditChain, type AuditHead } from '@keybrake/application';
import type {
  AccountId,
  CallDenied,
  CallIdentity,
  CallReplayed,
  Currency,
  EventId,
  Outcome,
  PolicyId,
  Reservation,
  ReservationId,
  RunId,
  SpendReserved,
  VaultKeyId,
} from '@keybrake/domain';
import { createDigests } from '@keybrake/platform';
import { type Pool, PostgresLedgerStore } from '@keybrake/storage';

const ACCOUNT = 'default' as AccountId;
const KEYS = 1_000;
const SPAN_MS = 30 * 86_400_000;
const CHUNK = 2_000;

const OPERATIONS = [
  ['stripe', 'charges:write', 'POST /v1/charges', 'usd'],
  ['stripe', 'charges:write', 'POST /v1/charges', 'eur'],
  ['stripe', 'refunds:write', 'POST /v1/refunds', 'usd'],
  ['stripe', 'customers:read', 'GET /v1/customers', undefined],
  ['stripe', 'payment_intents:write', 'POST /v1/payment_intents', 'usd'],
  ['twilio', 'messages:write', 'POST /2010-04-01/Accounts/{AccountSid}/Messages.json', 'usd'],
  ['resend', 'emails:write', 'POST /emails', 'usd'],
] as const;

const RULES = ['cap_exceeded', 'operation_not_allowed', 'rate_limit', 'unpriced'] as const;

/** The same numbers at every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Writes calls as the ledger does, each entry with its links. */
export class AuditWriter {
  readonly #store: PostgresLedgerStore;
  readonly #digests = createDigests({ pepper: Buffer.from('bench'), newerPeppers: [] });
  readonly #random = randomNumbers(1);
  readonly #heads = new Map<VaultKeyId, AuditHead>();
  #position = 0n;
  #index = 0;

  constructor(pool: Pool) {
    this.#store = new PostgresLedgerStore(pool);
  }

  /** So many more, spread over the 30 days before a moment. */
  async write(calls: number, endsAtMs: number): Promise<void> {
    for (let start = 0; start < calls; start += CHUNK) {
      const chain = new AuditChain(this.#digests, this.#heads);
      for (let call = start; call < Math.min(start + CHUNK, calls); call += 1) {
        const atMs = endsAtMs - SPAN_MS + Math.floor((SPAN_MS * (call + 1)) / calls);
        this.#position = addCall(chain, this.#position, this.#index, atMs, this.#random);
        this.#index += 1;
      }
      for (const { vaultKeyId, ...link } of chain.links()) this.#heads.set(vaultKeyId, link);
      await this.#store.fold((ledger) => ledger.saveAudit(chain.entries(), chain.links()));
    }
  }
}

function identityOf(index: number, atMs: number, random: () => number): CallIdentity {
  // Few keys make most calls; every key makes some.
  const key = index % 3 === 0 ? index % KEYS : Math.floor(random() ** 3 * KEYS);
  const vaultKeyId = `key${key}` as VaultKeyId;
  const [provider, operation, endpoint, currency] = OPERATIONS[
    key % 4 === 0 ? 5 : Math.floor(random() ** 2 * OPERATIONS.length)
  ] as (typeof OPERATIONS)[number];
  const day = Math.floor(atMs / 86_400_000);
  const micros = BigInt(Math.floor(10 ** (random() * 4))) * 10_000n;
  return {
    vaultKeyId,
    rootKeyId: vaultKeyId,
    agentType: index % 250_000 === 7 ? 'yearly-audit' : `agent${key % 40}`,
    runId: index % 10 === 0 ? undefined : (`run-${day}-${key}` as RunId),
    provider,
    operation,
    endpoint,
    policyId: `pol${key % 50}` as PolicyId,
    // Policies are revised: an earlier version has only old calls.
    policyVersion: 1 + (day % 30 > 20 ? 1 : 0),
    timeZone: 'UTC',
    idempotencyKey: index % 5 === 0 ? undefined : `order-${index}`,
    amount: currency === undefined ? undefined : { currency: currency as Currency, micros },
    direction: 'in',
  };
}

function addCall(chain: AuditChain, before: bigint, index: number, atMs: number, random: () => number): bigint {
  const call = identityOf(index, atMs, random);
  const name = index.toString(36).padStart(8, '0');
  const event = { eventId: `evt_${name}` as EventId, accountId: ACCOUNT, occurredAtMs: atMs };
  const lot = random();
  if (lot < 0.07) {
    const rule = RULES[Math.floor(random() * RULES.length)] as string;
    const message = `${rule}: committed ${index % 977}.00 USD of 1000.00 USD, this call ${index % 89}.00 USD`;
    const denied = { ...event, type: 'CallDenied', callId: `call_${name}`, call, rule, message, latencyMs: 2 };
    chain.callDenied(denied as CallDenied, before);
    return before + 1n;
  }
  if (lot < 0.1) {
    const original = { originalReservationId: `rsv_${name}`, status: 200, latencyMs: 1 };
    chain.callReplayed(
      { ...event, type: 'CallReplayed', callId: `call_${name}`, call, ...original } as CallReplayed,
      before,
    );
    return before + 1n;
  }
  const facts = reservedEvent(event, call, name);
  const reservation = (outcome: Outcome): Reservation => ({
    reservationId: facts.reservationId,
    facts,
    outcome,
    releasedAsUnexecuted: false,
    trueUp: undefined,
  });
  chain.reservationChanged(reservation({ state: 'open' }), before, atMs);
  if (index % 10_007 === 0) return before + 1n;
  chain.reservationChanged(reservation(outcomeOf(call, name, atMs, random)), before + 1n, atMs);
  return before + 2n;
}

function reservedEvent(
  event: { eventId: EventId; accountId: AccountId; occurredAtMs: number },
  call: CallIdentity,
  name: string,
): SpendReserved {
  const reservationId = `rsv_${name}` as ReservationId;
  return {
    ...event,
    type: 'SpendReserved',
    reservationId,
    incarnation: 1,
    call,
    fingerprint: 'f',
    reservedAtMs: event.occurredAtMs,
    holds: [],
  };
}

function outcomeOf(call: CallIdentity, name: string, startedAtMs: number, random: () => number): Outcome {
  const latencyMs = Math.floor(random() * 900);
  const atMs = startedAtMs + latencyMs;
  if (random() < 0.03) {
    const upstream = { status: 402, requestId: `req_${name}`, latencyMs };
    return { state: 'released', reason: 'provider_refused', detail: undefined, upstream, atMs } as Outcome;
  }
  const upstream = { status: random() < 0.02 ? 201 : 200, requestId: `req_${name}`, latencyMs };
  return { state: 'committed', actualMicros: call.amount?.micros ?? 0n, upstream, atMs } as Outcome;
}
