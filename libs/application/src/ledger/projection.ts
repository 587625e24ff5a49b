import {
  type AccountId,
  type CallDenied,
  type CallIdentity,
  type CallReplayed,
  type Contribution,
  contributionOf,
  effectiveTrueUp,
  formatMoney,
  type Hold,
  invariant,
  isAnomaly,
  localDate,
  type Reservation,
  type ReservationId,
  type SpendReserved,
  spentMicros,
} from '@keybrake/domain';
import type { Digests } from '../ports/digests.js';
import type {
  AgentSpendDelta,
  Anomaly,
  BalanceDelta,
  IdempotencyRecordRow,
  PriceWatch,
} from '../ports/ledger-store.js';

/** R8: counted from the end of the call; an open call's record does not expire. */
const IDEMPOTENCY_TTL_MS = 24 * 3_600_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a chunk of events changes, added up in memory so that each table is written once. */
export class Projection {
  readonly #digests: Pick<Digests, 'sha256'>;
  readonly #reservations = new Map<ReservationId, Reservation>();
  readonly #accounts = new Map<ReservationId, AccountId>();
  readonly #balances = new Map<string, Mutable<BalanceDelta>>();
  readonly #spend = new Map<string, Mutable<AgentSpendDelta>>();
  readonly #records = new Map<string, IdempotencyRecordRow>();
  readonly #anomalies: Anomaly[] = [];
  readonly #watches = new Map<ReservationId, PriceWatch>();

  constructor(digests: Pick<Digests, 'sha256'>) {
    this.#digests = digests;
  }

  reservationChanged(accountId: AccountId, before: Reservation, after: Reservation): void {
    this.#reservations.set(after.reservationId, after);
    this.#accounts.set(after.reservationId, accountId);
    const { facts } = after;
    if (facts === undefined) return;
    for (const hold of facts.holds) this.#addToBalance(accountId, hold, before, after);
    this.#addToSpend(accountId, facts, before, after);
    this.#keepIdempotencyRecord(accountId, facts, after);
    this.#noteAnomalies(accountId, facts, before, after);
    this.#watchPrice(accountId, facts, after);
  }

  callDenied(event: CallDenied): void {
    this.#spendRow(event.accountId, event.call, event.occurredAtMs).denials += 1;
  }

  callReplayed(event: CallReplayed): void {
    this.#spendRow(event.accountId, event.call, event.occurredAtMs).calls += 1;
  }

  changedReservations(): readonly Reservation[] {
    return [...this.#reservations.values()];
  }

  accountOf(id: ReservationId): AccountId {
    const account = this.#accounts.get(id);
    invariant(account !== undefined, `reservation ${id} was changed by an event of some account`);
    return account;
  }

  // Rows in one order: ledgers that fold different partitions never wait for each other in a circle.
  balanceDeltas(): readonly BalanceDelta[] {
    return sorted(this.#balances);
  }

  agentSpendDeltas(): readonly AgentSpendDelta[] {
    return sorted(this.#spend);
  }

  idempotencyRecords(): readonly IdempotencyRecordRow[] {
    return sorted(this.#records);
  }

  anomalies(): readonly Anomaly[] {
    return this.#anomalies;
  }

  priceWatches(): readonly PriceWatch[] {
    return [...this.#watches.values()];
  }

  /** Whose price is told later is asked for it; once it is told, the admission store has to learn it. */
  #watchPrice(accountId: AccountId, facts: SpendReserved, after: Reservation): void {
    const { outcome, reservationId } = after;
    const { amount } = facts.call;
    if (outcome.state !== 'committed' || outcome.isProvisional !== true || amount === undefined) return;
    const finalMicros = effectiveTrueUp(after)?.actualMicros;
    this.#watches.set(reservationId, { accountId, reservationId, committedAtMs: outcome.atMs, finalMicros });
  }

  #addToBalance(accountId: AccountId, hold: Hold, before: Reservation, after: Reservation): void {
    const delta = difference(contributionOf(before, hold), contributionOf(after, hold));
    const key = `${accountId} ${hold.counter} ${hold.windowId}`;
    const row = this.#balances.get(key) ?? { accountId, hold, heldMicros: 0n, committedMicros: 0n };
    row.hold = hold;
    row.heldMicros += delta.heldMicros;
    row.committedMicros += delta.committedMicros;
    this.#balances.set(key, row);
  }

  #addToSpend(accountId: AccountId, facts: SpendReserved, before: Reservation, after: Reservation): void {
    const row = this.#spendRow(accountId, facts.call, facts.reservedAtMs);
    // What the resolver looks up is not a call of the agent's.
    if (before.facts === undefined && facts.resolves === undefined) row.calls += 1;
    const delta = difference(spendOf(before, facts), spendOf(after, facts));
    row.heldMicros += delta.heldMicros;
    row.committedMicros += delta.committedMicros;
  }

  #spendRow(accountId: AccountId, call: CallIdentity, atMs: number): Mutable<AgentSpendDelta> {
    const day = localDate(call.timeZone, atMs);
    const { agentType } = call;
    const currency = call.amount?.currency ?? '';
    const key = `${accountId} ${day} ${agentType} ${currency}`;
    const nothing = { heldMicros: 0n, committedMicros: 0n, calls: 0, denials: 0 };
    const row = this.#spend.get(key) ?? { accountId, day, agentType, currency, ...nothing };
    this.#spend.set(key, row);
    return row;
  }

  #keepIdempotencyRecord(accountId: AccountId, facts: SpendReserved, after: Reservation): void {
    const { call, fingerprint, reservationId } = facts;
    if (call.idempotencyKey === undefined) return;
    const { outcome } = after;
    const ended = outcome.state === 'open' ? undefined : outcome;
    const keyHash = this.#digests.sha256(call.idempotencyKey);
    const key = `${accountId} ${call.rootKeyId} ${keyHash}`;
    const other = this.#records.get(key);
    // A key is used again only after its earlier call was released or has expired.
    if (other !== undefined && other.reservationId !== reservationId && other.createdAtMs > facts.reservedAtMs) return;
    this.#records.set(key, {
      accountId,
      rootKeyId: call.rootKeyId,
      keyHash,
      idempotencyKey: call.idempotencyKey,
      fingerprint,
      reservationId,
      state: outcome.state,
      upstreamStatus: ended?.upstream?.status,
      sealedResponse: outcome.state === 'committed' ? outcome.sealedResponse : undefined,
      createdAtMs: facts.reservedAtMs,
      expiresAtMs: ended === undefined ? undefined : ended.atMs + IDEMPOTENCY_TTL_MS,
    });
  }

  #noteAnomalies(accountId: AccountId, facts: SpendReserved, before: Reservation, after: Reservation): void {
    const { reservationId } = after;
    if (isAnomaly(after) && !isAnomaly(before)) {
      const detail = 'a release and a commit were both recorded; the commit counts';
      this.#anomalies.push({ accountId, reservationId, kind: 'commit_after_release', detail });
    }
    const reserved = facts.call.amount;
    if (after.outcome.state !== 'committed' || reserved === undefined) return;
    const spent = spentMicros(after);
    if (spent <= reserved.micros) return;
    const actual = formatMoney({ currency: reserved.currency, micros: spent });
    const detail = `the provider moved ${actual}, reserved were ${formatMoney(reserved)}`;
    this.#anomalies.push({ accountId, reservationId, kind: 'overage', detail });
  }
}

function spendOf(reservation: Reservation, facts: SpendReserved): Contribution {
  const heldMicros = facts.call.amount?.micros ?? 0n;
  if (reservation.facts === undefined) return { heldMicros: 0n, committedMicros: 0n };
  switch (reservation.outcome.state) {
    case 'open':
      return { heldMicros, committedMicros: 0n };
    case 'released':
      return { heldMicros: 0n, committedMicros: 0n };
    case 'committed':
      return { heldMicros: 0n, committedMicros: spentMicros(reservation) };
  }
}

function difference(before: Contribution, after: Contribution): Contribution {
  return {
    heldMicros: after.heldMicros - before.heldMicros,
    committedMicros: after.committedMicros - before.committedMicros,
  };
}

function sorted<T>(rows: ReadonlyMap<string, T>): readonly T[] {
  return [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
