import { type AuditEntry, type Contribution, effectiveTrueUp, type Hold, type Reservation } from '@keybrake/domain';
import type { CallRecord } from '../ports/call-records.js';
import type { BalanceChangeKind } from '../ports/ledger-store.js';

export const CALL_STEPS = ['reserved', 'launched', 'committed', 'released', 'trued_up', 'denied', 'replayed'] as const;
export type CallStepType = (typeof CALL_STEPS)[number];

/** One cap's balance around a step. */
export interface StepBalance {
  readonly hold: Hold;
  readonly before: Contribution;
  readonly after: Contribution;
}

export interface CallStep {
  readonly type: CallStepType;
  readonly atMs: number;
  /** Never below 0, whatever the clocks say. */
  readonly sinceStartMs: number;
  readonly amountMicros: bigint | undefined;
  readonly detail: string | undefined;
  readonly balances: readonly StepBalance[];
}

/** A call's life in order, as far as it is known. `launchedAtMs`: of an open call, where the admission store knows it. */
export function callSteps(record: CallRecord, launchedAtMs: number | undefined): readonly CallStep[] {
  const { entry, reservation } = record;
  if (reservation === undefined) return [withoutReservation(entry)];
  const { outcome } = reservation;
  const steps: (CallStep | undefined)[] = [
    stepOf(record, 'reserved', entry.startedAtMs, micros(entry.reservedMicros)),
    launchStep(record, (outcome.state === 'open' ? undefined : outcome.times?.launchedAtMs) ?? launchedAtMs),
    endStep(record, reservation),
    trueUpStep(record, reservation),
  ];
  return steps.filter((step) => step !== undefined);
}

function launchStep(record: CallRecord, atMs: number | undefined): CallStep | undefined {
  return atMs === undefined ? undefined : stepOf(record, 'launched', atMs, undefined);
}

function endStep(record: CallRecord, { outcome }: Reservation): CallStep | undefined {
  const { entry } = record;
  switch (outcome.state) {
    case 'open':
      return undefined;
    case 'committed':
      return stepOf(record, 'committed', outcome.atMs, outcome.actualMicros, outcome.note);
    case 'released': {
      const { reason, detail } = outcome;
      const why = detail === undefined ? reason : `${reason}: ${detail}`;
      return stepOf(record, 'released', outcome.atMs, micros(entry.reservedMicros), why);
    }
  }
}

function trueUpStep(record: CallRecord, reservation: Reservation): CallStep | undefined {
  const trueUp = effectiveTrueUp(reservation);
  return trueUp === undefined
    ? undefined
    : stepOf(record, 'trued_up', trueUp.atMs, trueUp.actualMicros, `price told by ${trueUp.source}`);
}

const CHANGED_AT: Partial<Record<CallStepType, BalanceChangeKind>> = {
  reserved: 'reserved',
  committed: 'ended',
  released: 'ended',
  trued_up: 'trued_up',
};

function stepOf(
  record: CallRecord,
  type: CallStepType,
  atMs: number,
  amountMicros: bigint | undefined,
  detail?: string,
): CallStep {
  const sinceStartMs = Math.max(0, atMs - record.entry.startedAtMs);
  return { type, atMs, sinceStartMs, amountMicros, detail, balances: balancesAt(record, CHANGED_AT[type]) };
}

/** A call's second release or price may have changed a balance again: from before the first to after the last. */
function balancesAt({ reservation, changes }: CallRecord, kind: BalanceChangeKind | undefined): StepBalance[] {
  const holds = new Map((reservation?.facts?.holds ?? []).map((hold) => [`${hold.counter} ${hold.windowId}`, hold]));
  return [...holds.values()].flatMap((hold) => {
    const own = changes.filter(
      (change) => change.kind === kind && change.counter === hold.counter && change.windowId === hold.windowId,
    );
    const [first] = own;
    const last = own.at(-1);
    if (first === undefined || last === undefined) return [];
    const before = {
      heldMicros: first.heldMicros - first.heldDeltaMicros,
      committedMicros: first.committedMicros - first.committedDeltaMicros,
    };
    return [{ hold, before, after: { heldMicros: last.heldMicros, committedMicros: last.committedMicros } }];
  });
}

/** A denial or a replay is one moment; its entry starts when it was decided. */
function withoutReservation(entry: AuditEntry): CallStep {
  const { decision, startedAtMs: atMs, latencyMs, message } = entry;
  const type = decision === 'replayed' ? 'replayed' : 'denied';
  const amountMicros = decision === 'replayed' ? undefined : micros(entry.reservedMicros);
  return { type, atMs, sinceStartMs: latencyMs ?? 0, amountMicros, detail: message ?? undefined, balances: [] };
}

const micros = (text: string | null) => (text === null ? undefined : BigInt(text));
