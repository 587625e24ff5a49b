import type { ReservationEvent, ReservationId, SpendEvent, SpendReleased, SpendReserved } from '@keybrake/domain';
import { emptyReservation, foldReservation, type Reservation } from '@keybrake/domain';
import { budgetAlerts } from '../alerts/budget-alerts.js';
import type { Digests } from '../ports/digests.js';
import { type EventCodec, type LogRecord, UnreadableEvent } from '../ports/event-log.js';
import type { DeadLetter, LedgerStore, LedgerTransaction } from '../ports/ledger-store.js';
import { DependencyUnavailable } from '../ports/runtime.js';
import { AuditChain } from './audit-chain.js';
import { Projection } from './projection.js';

export interface FoldPorts {
  readonly store: LedgerStore;
  readonly codec: EventCodec;
  readonly digests: Pick<Digests, 'sha256'>;
}

export interface FoldResult {
  readonly folded: number;
  /** Seen before: an append that was sent again. */
  readonly duplicates: number;
  readonly deadLetters: number;
  /** When the last of the events occurred; undefined when none was readable. */
  readonly lastAtMs: number | undefined;
}

interface DecodedEvent {
  readonly event: SpendEvent;
  readonly position: bigint;
}

/**
 * Folds one chunk of a partition in one transaction: events, reservations, balances, idempotency records, audit
 * entries and the position. Undefined when another ledger has the partition. Folding a chunk twice changes nothing (R4).
 */
export async function foldChunk(
  ports: FoldPorts,
  partition: number,
  records: readonly LogRecord[],
): Promise<FoldResult | undefined> {
  const chunk = decodeAll(ports.codec, records);
  try {
    return await foldAtOnce(ports, partition, records, chunk);
  } catch (error) {
    if (error instanceof DependencyUnavailable) throw error;
    return foldOneByOne(ports, partition, records, error);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Some readable record can't be folded. It becomes a dead letter; a whole chunk must not wait behind it for ever. */
async function foldOneByOne(
  ports: FoldPorts,
  partition: number,
  records: readonly LogRecord[],
  problem: unknown,
): Promise<FoldResult | undefined> {
  const [only] = records;
  if (records.length === 1 && only !== undefined) {
    return foldAtOnce(ports, partition, records, { decoded: [], unreadable: [deadLetter(only, String(problem))] });
  }
  const total: Mutable<FoldResult> = { folded: 0, duplicates: 0, deadLetters: 0, lastAtMs: undefined };
  for (const record of records) {
    const result = await foldChunk(ports, partition, [record]);
    if (result === undefined) return undefined;
    total.folded += result.folded;
    total.duplicates += result.duplicates;
    total.deadLetters += result.deadLetters;
    total.lastAtMs = result.lastAtMs ?? total.lastAtMs;
  }
  return total;
}

async function foldAtOnce(
  ports: FoldPorts,
  partition: number,
  records: readonly LogRecord[],
  { decoded, unreadable }: DecodedChunk,
): Promise<FoldResult | undefined> {
  const first = records[0];
  const last = records.at(-1);
  if (first === undefined || last === undefined)
    return { folded: 0, duplicates: 0, deadLetters: 0, lastAtMs: undefined };
  return ports.store.fold(async (ledger) => {
    const position = { next: last.position + 1n, lastBodyHash: ports.digests.sha256(last.body) };
    if (!(await ledger.movePosition(partition, first.position, position))) return undefined;
    const fresh = await ledger.insertEvents(partition, decoded);
    const events = firstOccurrences(decoded, fresh);
    const fence = await ledger.fence(partition);
    const raised = await applyEvents(ports, ledger, events, fence);
    if (raised > fence) await ledger.raiseFence(partition, raised);
    await ledger.saveDeadLetters(unreadable);
    return {
      folded: events.length,
      duplicates: decoded.length - events.length,
      deadLetters: unreadable.length,
      lastAtMs: decoded.at(-1)?.event.occurredAtMs,
    };
  });
}

interface DecodedChunk {
  readonly decoded: readonly DecodedEvent[];
  readonly unreadable: readonly DeadLetter[];
}

function decodeAll(codec: EventCodec, records: readonly LogRecord[]): DecodedChunk {
  const decoded: DecodedEvent[] = [];
  const unreadable: DeadLetter[] = [];
  for (const record of records) {
    try {
      decoded.push({ event: codec.decode(record.body), position: record.position });
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      unreadable.push(deadLetter(record, error.message));
    }
  }
  return { decoded, unreadable };
}

function deadLetter({ partition, position, body, accountId }: LogRecord, problem: string): DeadLetter {
  return { partition, position, body, problem, accountId };
}

/** New events only, and of two copies in one chunk the first. */
function firstOccurrences(decoded: readonly DecodedEvent[], fresh: ReadonlySet<string>): readonly DecodedEvent[] {
  const left = new Set(fresh);
  return decoded.filter(({ event }) => left.delete(event.eventId));
}

/** Returns the newest fence after the events. */
async function applyEvents(
  ports: FoldPorts,
  ledger: LedgerTransaction,
  fresh: readonly DecodedEvent[],
  earlierFence: number,
): Promise<number> {
  const events = fresh.map(({ event }) => event);
  let fence = earlierFence;
  const reservations = new Map(await ledger.loadReservations(reservationIds(events)));
  const projection = new Projection(ports.digests);
  const chain = new AuditChain(ports.digests, await ledger.auditHeads(vaultKeysOf(events, reservations)));
  for (const { event, position } of fresh) {
    switch (event.type) {
      case 'SpendReserved':
      case 'SpendCommitted':
      case 'SpendReleased':
      case 'SpendTruedUp': {
        const before = reservations.get(event.reservationId) ?? emptyReservation(event.reservationId);
        const folded = foldReservation(before, event);
        // A look-up of the resolver needs no admission: it was sent whatever the store's life.
        const isCall = event.type === 'SpendReserved' && event.resolves === undefined;
        const isLate = isCall && event.incarnation < fence;
        const after = isLate ? foldReservation(folded, voided(event)) : folded;
        reservations.set(event.reservationId, after);
        projection.reservationChanged(event, before, after);
        chain.reservationChanged(after, position, event.occurredAtMs);
        break;
      }
      case 'CallDenied':
        projection.usage.callDenied(event);
        projection.callDenied(event);
        chain.callDenied(event, position);
        break;
      case 'CallReplayed':
        projection.usage.callReplayed(event);
        projection.callReplayed(event);
        chain.callReplayed(event, position);
        break;
      case 'IncarnationFenced':
        fence = Math.max(fence, event.incarnation);
    }
  }
  await ledger.saveReservations(projection.changedReservations(), (id) => projection.accountOf(id));
  const { balances, usage } = projection;
  const deltas = balances.deltas();
  const totals = await ledger.addToBalances(deltas);
  await ledger.saveBalanceChanges(balances.changes(totals));
  await ledger.addToDaySpend(usage.days());
  await ledger.addToRuns(usage.runs(), usage.runDays());
  await ledger.addToMonthCalls(usage.months());
  await ledger.saveIdempotencyRecords(projection.idempotencyRecords());
  await ledger.saveAudit(chain.entries(), chain.links());
  await ledger.saveAskedCalls(projection.askedCalls());
  await ledger.saveApprovals(projection.approvals.changes());
  await ledger.saveAnomalies(projection.anomalies());
  await ledger.raiseAlerts([...budgetAlerts(deltas, totals), ...projection.alerts()]);
  await ledger.savePriceWatches(projection.priceWatches());
  return fence;
}

/**
 * A reservation of an older incarnation behind its fence was provably never launched: the store that held it was gone
 * before its record was acknowledged.
 */
function voided({ eventId, accountId, occurredAtMs, reservationId }: SpendReserved): SpendReleased {
  const base = { eventId, accountId, occurredAtMs, reservationId };
  return { type: 'SpendReleased', ...base, reason: 'fenced', upstream: undefined, detail: undefined };
}

const isReservationEvent = (event: SpendEvent): event is ReservationEvent => 'reservationId' in event;

function reservationIds(events: readonly SpendEvent[]): readonly ReservationId[] {
  return [...new Set(events.filter(isReservationEvent).map((event) => event.reservationId))];
}

function vaultKeysOf(events: readonly SpendEvent[], known: ReadonlyMap<ReservationId, Reservation>) {
  const keys = events.flatMap((event) => {
    if ('call' in event) return [event.call.vaultKeyId];
    const facts = isReservationEvent(event) ? known.get(event.reservationId)?.facts : undefined;
    return facts === undefined ? [] : [facts.call.vaultKeyId];
  });
  return [...new Set(keys)];
}
