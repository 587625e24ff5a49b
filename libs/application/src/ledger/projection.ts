import {
  type AccountId,
  type Alert,
  type CallDenied,
  type CallReplayed,
  contributionDifference,
  contributionOf,
  effectiveTrueUp,
  formatMoney,
  invariant,
  isAnomaly,
  type Reservation,
  type ReservationEvent,
  type ReservationId,
  type SpendReserved,
  spentMicros,
} from '@keybrake/domain';
import { approvalAlert } from '../alerts/approval-alert.js';
import { anomalyAlert, duplicateAlert } from '../alerts/call-alerts.js';
import type { Digests } from '../ports/digests.js';
import type { Anomaly, AskedCall, IdempotencyRecordRow, PriceWatch } from '../ports/ledger-store.js';
import { ApprovalTrail } from './approval-trail.js';
import { BalanceTrail } from './balance-trail.js';
import { sortedByKey } from './sorted-by-key.js';
import { UsageRollup } from './usage-rollup.js';

/** R8: counted from the end of the call; an open call's record does not expire. */
const IDEMPOTENCY_TTL_MS = 24 * 3_600_000;

/** What a chunk of events changes, added up in memory so that each table is written once. */
export class Projection {
  readonly balances = new BalanceTrail();
  readonly usage = new UsageRollup();
  readonly approvals: ApprovalTrail;
  readonly #digests: Pick<Digests, 'sha256'>;
  readonly #reservations = new Map<ReservationId, Reservation>();
  readonly #accounts = new Map<ReservationId, AccountId>();
  readonly #records = new Map<string, IdempotencyRecordRow>();
  readonly #anomalies: Anomaly[] = [];
  readonly #asked: AskedCall[] = [];
  readonly #alerts: Alert[] = [];
  readonly #watches = new Map<ReservationId, PriceWatch>();

  constructor(digests: Pick<Digests, 'sha256'>) {
    this.#digests = digests;
    this.approvals = new ApprovalTrail(digests);
  }

  reservationChanged(event: ReservationEvent, before: Reservation, after: Reservation): void {
    const { accountId } = event;
    this.#reservations.set(after.reservationId, after);
    this.#accounts.set(after.reservationId, accountId);
    const { facts } = after;
    if (facts === undefined) return;
    for (const hold of facts.holds) {
      const delta = contributionDifference(contributionOf(before, hold), contributionOf(after, hold));
      this.balances.add(event, hold, delta);
    }
    this.usage.reservationChanged(accountId, facts, before, after);
    this.#keepIdempotencyRecord(accountId, facts, after);
    if (before.facts === undefined) this.#raise(duplicateAlert(facts));
    const request = this.approvals.reservationChanged(facts, before, after);
    if (request !== undefined) this.#raise(approvalAlert(request));
    this.#noteAnomalies(event, facts, before, after);
    this.#watchPrice(accountId, facts, after);
  }

  callDenied(event: CallDenied): void {
    this.#keepAsked(event);
    this.#raise(duplicateAlert(event));
  }

  callReplayed(event: CallReplayed): void {
    this.#keepAsked(event);
  }

  alerts(): readonly Alert[] {
    return this.#alerts;
  }

  askedCalls(): readonly AskedCall[] {
    return this.#asked;
  }

  changedReservations(): readonly Reservation[] {
    return [...this.#reservations.values()];
  }

  accountOf(id: ReservationId): AccountId {
    const account = this.#accounts.get(id);
    invariant(account !== undefined, `reservation ${id} was changed by an event of some account`);
    return account;
  }

  idempotencyRecords(): readonly IdempotencyRecordRow[] {
    return sortedByKey(this.#records);
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

  #keepAsked({ accountId, callId, call, fingerprint = '' }: CallDenied | CallReplayed): void {
    this.#asked.push({ accountId, callId, fingerprint, pricing: call.pricing });
  }

  #raise(alert: Alert | undefined): void {
    if (alert !== undefined) this.#alerts.push(alert);
  }

  #note(event: ReservationEvent, facts: SpendReserved, kind: Anomaly['kind'], detail: string): void {
    const anomaly = { accountId: event.accountId, reservationId: facts.reservationId, kind, detail };
    this.#anomalies.push(anomaly);
    this.#raise(anomalyAlert(anomaly, facts.call.vaultKeyId, event.occurredAtMs));
  }

  #noteAnomalies(event: ReservationEvent, facts: SpendReserved, before: Reservation, after: Reservation): void {
    if (isAnomaly(after) && !isAnomaly(before)) {
      this.#note(event, facts, 'commit_after_release', 'a release and a commit were both recorded; the commit counts');
    }
    const reserved = facts.call.amount;
    if (after.outcome.state !== 'committed' || reserved === undefined) return;
    const spent = spentMicros(after);
    if (spent <= reserved.micros) return;
    const actual = formatMoney({ currency: reserved.currency, micros: spent });
    const detail = `the provider moved ${actual}, reserved were ${formatMoney(reserved)}`;
    this.#note(event, facts, 'overage', detail);
  }
}
