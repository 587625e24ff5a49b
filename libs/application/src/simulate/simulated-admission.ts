import { type Refusal, type ReservationId, spanAt } from '@keybrake/domain';
import type {
  Claim,
  GuardClaim,
  HoldRequest,
  Meter,
  ReserveCommand,
  ReserveOutcome,
  SettleOutcome,
  StoredBalance,
} from '../ports/admission-store.js';
import { type HeldShare, type Room, SimulatedBalances } from './simulated-balances.js';

const DAY_MS = 86_400_000;

interface Reservation {
  readonly command: ReserveCommand;
  readonly outcome: ReserveOutcome;
  readonly reservedAtMs: number;
  readonly shares: readonly HeldShare[];
  state: 'open' | 'committed' | 'released';
  endedAtMs: number;
}

/**
 * The reserve and settle of an admission store in memory, at any time: for calls that are replayed. What it answers is what
 * the Postgres store answers (compared in simulated-admission.int.test.ts of storage). Keys are alive and policies current.
 */
export class SimulatedAdmission {
  readonly #balances = new SimulatedBalances();
  readonly #reservations = new Map<ReservationId, Reservation>();
  readonly #claims = new Map<string, ReservationId>();
  readonly #guards = new Map<string, ReservationId[]>();
  readonly #meters = new Map<string, { windowId: string; used: number }>();
  /** In the order of their ends: what no later call can ask for makes room. */
  readonly #ended = new Set<ReservationId>();

  loadBalances(rows: readonly StoredBalance[]): void {
    this.#balances.load(rows);
  }

  loadMeter(counter: string, windowId: string, used: number): void {
    this.#meters.set(counter, { windowId, used });
  }

  balances(counters: readonly string[]): readonly StoredBalance[] {
    return this.#balances.of(counters);
  }

  /** What is counted without being asked. */
  hold(share: HeldShare): void {
    this.#balances.hold(share);
  }

  settleShare(share: HeldShare, actualMicros: bigint | undefined): void {
    this.#balances.settle(share, actualMicros);
  }

  reserve(command: ReserveCommand, atMs: number): ReserveOutcome {
    const known = this.#reservations.get(command.reservationId);
    if (known !== undefined) return known.outcome;
    const { claim, guard, refusal } = command;
    const earlier = claim === undefined ? undefined : this.#earlierCall(claim, command, atMs);
    if (earlier !== undefined) return earlier;
    if (refusal !== undefined) return { kind: 'refused', refusal };

    const duplicate = guard === undefined ? undefined : this.#duplicateOf(guard, atMs);
    if (duplicate !== undefined && guard?.mode === 'block') {
      const { command: first, reservedAtMs } = duplicate;
      return refused({ code: 'duplicate_call', reservationId: first.reservationId, reservedAtMs });
    }
    const rooms = command.holds.map((hold) => ({ hold, room: this.#balances.roomFor(hold, atMs) }));
    const over =
      rooms.map(refusalFor).find(isRefusal) ??
      command.meters.map((meter) => this.#overMeter(meter, atMs)).find(isRefusal);
    if (over !== undefined) return refused(over);

    for (const meter of command.meters) this.#count(meter, atMs);
    const windows = rooms.flatMap(({ hold, room }) =>
      room === undefined
        ? []
        : [
            {
              span: room.span,
              remainingMicros: hold.cap.limitMicros - room.committedMicros - room.heldMicros - hold.amountMicros,
            },
          ],
    );
    const shares = command.holds.map(({ cap, amountMicros }, index) => ({
      counter: cap.counter,
      windowId: windows[index]?.span.id ?? '',
      amountMicros,
    }));
    for (const share of shares) this.#balances.hold(share);
    const outcome: ReserveOutcome = {
      kind: 'held',
      incarnation: 1,
      reservedAtMs: atMs,
      windows,
      ...(duplicate && { duplicateOf: duplicate.command.reservationId }),
    };
    this.#keep({ command, outcome, reservedAtMs: atMs, shares, state: 'open', endedAtMs: 0 });
    return outcome;
  }

  /** Undefined: released. */
  settle(reservationId: ReservationId, actualMicros: bigint | undefined, atMs: number): SettleOutcome {
    const reservation = this.#reservations.get(reservationId);
    if (reservation?.state !== 'open') return 'unchanged';
    for (const share of reservation.shares) this.#balances.settle(share, actualMicros);
    reservation.state = actualMicros === undefined ? 'released' : 'committed';
    reservation.endedAtMs = atMs;
    this.#ended.add(reservationId);
    this.#forget(atMs);
    return 'settled';
  }

  #earlierCall(claim: Claim, { approval, refusal }: ReserveCommand, atMs: number): ReserveOutcome | undefined {
    const earlierId = this.#claims.get(claimName(claim));
    const earlier = earlierId === undefined ? undefined : this.#reservations.get(earlierId);
    if (earlierId === undefined || earlier === undefined || earlier.state === 'released') return undefined;
    if (earlier.state === 'committed' && earlier.endedAtMs + DAY_MS <= atMs) return undefined;
    if (earlier.command.claim?.fingerprint !== claim.fingerprint) return refused({ code: 'idempotency_mismatch' });
    // Nobody decides here: who comes without asking was approved, and takes the request's place.
    if (earlier.state === 'open' && earlier.command.approval !== undefined && refusal === undefined) {
      if (approval !== undefined) {
        return { kind: 'not_approved', state: 'waiting', reservationId: earlierId, untilMs: Number.POSITIVE_INFINITY };
      }
      this.settle(earlierId, undefined, atMs);
      return undefined;
    }
    return earlier.state === 'committed'
      ? { kind: 'completed', reservationId: earlierId, sealedResponse: undefined }
      : { kind: 'in_flight', reservationId: earlierId };
  }

  #duplicateOf(guard: GuardClaim, atMs: number): Reservation | undefined {
    const named = this.#guards.get(guardName(guard)) ?? [];
    const made = named.map((id) => this.#reservations.get(id)).filter((one) => one !== undefined);
    return made.findLast(({ state, reservedAtMs }) => state !== 'released' && reservedAtMs > atMs - guard.windowMs);
  }

  #overMeter(meter: Meter, atMs: number): Refusal | undefined {
    const { kind, limit, counter } = meter;
    const used = this.#meters.get(counter);
    if (used === undefined || used.windowId !== meterWindow(meter, atMs).id || used.used < limit) return undefined;
    return kind === 'rate'
      ? { code: 'rate_exceeded', limit, retryAfterMs: 1_000 - (atMs % 1_000) }
      : { code: 'quota_exceeded', limit, resetsAtMs: meterWindow(meter, atMs).endsAtMs };
  }

  #count(meter: Meter, atMs: number): void {
    const { id } = meterWindow(meter, atMs);
    const current = this.#meters.get(meter.counter);
    this.#meters.set(meter.counter, { windowId: id, used: current?.windowId === id ? current.used + 1 : 1 });
  }

  #keep(reservation: Reservation): void {
    const { reservationId, claim, guard } = reservation.command;
    this.#reservations.set(reservationId, reservation);
    if (claim !== undefined) this.#claims.set(claimName(claim), reservationId);
    if (guard === undefined) return;
    const name = guardName(guard);
    this.#guards.set(name, [
      ...(this.#guards.get(name) ?? []).filter((id) => this.#reservations.has(id)),
      reservationId,
    ]);
  }

  #forget(atMs: number): void {
    for (const id of this.#ended) {
      const oldest = this.#reservations.get(id);
      if (oldest === undefined || oldest.endedAtMs + DAY_MS > atMs) return;
      this.#ended.delete(id);
      this.#reservations.delete(id);
      const { claim } = oldest.command;
      if (claim !== undefined && this.#claims.get(claimName(claim)) === id) this.#claims.delete(claimName(claim));
    }
  }
}

const isRefusal = (refusal: Refusal | undefined) => refusal !== undefined;

function refusalFor({ hold, room }: { hold: HoldRequest; room: Room | undefined }): Refusal | undefined {
  if (room === undefined) return { code: 'unavailable', dependency: 'The budget clock', retryAfterMs: 1_000 };
  const requested = { currency: hold.cap.currency, micros: hold.amountMicros };
  return room.isEnough ? undefined : { code: 'cap_exceeded', requested, cap: room.capState };
}

const refused = (refusal: Refusal): ReserveOutcome => ({ kind: 'refused', refusal });
const claimName = ({ rootKeyId, keyHash }: Claim) => `${rootKeyId} ${keyHash}`;
const guardName = ({ rootKeyId, hash }: GuardClaim) => `${rootKeyId}:${hash}`;

function meterWindow({ kind, windows }: Meter, atMs: number): { readonly id: string; readonly endsAtMs: number } {
  const second = Math.floor(atMs / 1_000);
  if (kind === 'rate') return { id: String(second), endsAtMs: (second + 1) * 1_000 };
  const span = spanAt(windows, atMs);
  return { id: span?.id ?? '', endsAtMs: span?.endsAtMs ?? 0 };
}
