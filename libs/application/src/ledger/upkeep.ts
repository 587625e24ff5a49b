import type { AccountId, Outcome, SpendReleased } from '@keybrake/domain';
import type { AdmissionStore, AdmissionUpkeep, ReservationRef, Settlement } from '../ports/admission-store.js';
import type { EventAppender } from '../ports/event-log.js';
import type { LedgerStore } from '../ports/ledger-store.js';
import type { Runtime } from '../ports/runtime.js';

export interface UpkeepPorts {
  readonly admission: AdmissionStore;
  readonly upkeep: AdmissionUpkeep;
  readonly ledger: LedgerStore;
  readonly log: EventAppender;
  readonly runtime: Runtime;
}

export interface UpkeepSettings {
  /** Holds that were not launched within it are released: their gateway is gone or far too slow. */
  readonly heldMaxAgeMs: number;
  readonly batchMax: number;
}

export interface UpkeepResult {
  readonly released: number;
  readonly settled: number;
  /** Launched, past the deadline, and the log knows no outcome either: waits for a retry or a person. */
  readonly inDoubt: number;
}

/** Held reservations of dead gateways become released, in the store first, so that a late launch fails (R3). */
export async function releaseAbandoned(ports: UpkeepPorts, settings: UpkeepSettings): Promise<number> {
  const refs = await ports.upkeep.sweepHeld(settings.heldMaxAgeMs, settings.batchMax);
  if (refs.length === 0) return 0;
  const byAccount = Map.groupBy(refs, (ref) => ref.accountId);
  for (const [accountId, group] of byAccount) {
    await ports.log.append(
      accountId,
      group.map((ref) => abandonedEvent(ports.runtime, accountId, ref)),
    );
  }
  await ports.upkeep.confirmSwept(refs);
  return refs.length;
}

function abandonedEvent(runtime: Runtime, accountId: AccountId, ref: ReservationRef): SpendReleased {
  return {
    type: 'SpendReleased',
    eventId: runtime.newEventId(),
    accountId,
    occurredAtMs: runtime.nowMs(),
    reservationId: ref.reservationId,
    reason: 'abandoned',
    upstream: undefined,
    detail: undefined,
  };
}

/**
 * A gateway may die between recording an outcome and settling it. What the log knows, the admission store learns here;
 * what it doesn't know stays launched: no timer ever releases it (R3).
 */
export async function settleFromLog(
  ports: UpkeepPorts,
  settings: UpkeepSettings,
): Promise<{ settled: number; inDoubt: number }> {
  let settled = 0;
  let inDoubt = 0;
  // All of them, page by page: what is really in doubt stays in front, and must not hide what the log has settled.
  for (;;) {
    const refs = await ports.upkeep.listInDoubt(settings.batchMax, inDoubt);
    const outcomes = await ports.ledger.outcomes(refs.map((ref) => ref.reservationId));
    const known = refs.filter((ref) => (outcomes.get(ref.reservationId)?.state ?? 'open') !== 'open');
    await Promise.all(known.map((ref) => ports.admission.settle(ref, settlementOf(outcomes.get(ref.reservationId)))));
    settled += known.length;
    inDoubt += refs.length - known.length;
    if (refs.length < settings.batchMax) return { settled, inDoubt };
  }
}

function settlementOf(outcome: Outcome | undefined): Settlement {
  return outcome?.state === 'committed'
    ? { kind: 'committed', actualMicros: outcome.actualMicros, sealedResponse: undefined }
    : { kind: 'released', recorded: true };
}

/** Response bytes leave the admission store once the ledger has them (R8). */
export async function dropFoldedResponses(ports: UpkeepPorts, settings: UpkeepSettings): Promise<number> {
  const kept = await ports.upkeep.listKeptResponses(KEEP_RESPONSE_MS, settings.batchMax);
  const outcomes = await ports.ledger.outcomes(kept.map((ref) => ref.reservationId));
  const folded = kept.filter((ref) => outcomes.get(ref.reservationId)?.state === 'committed');
  if (folded.length > 0) await ports.upkeep.dropResponses(folded);
  return folded.length;
}

/** A burst of retries right after a call is answered without asking the ledger's tables. */
const KEEP_RESPONSE_MS = 5_000;

/** What the fold has frozen is frozen where calls are admitted; again and again, since a lost store knows nothing. */
export async function freezeAccounts(ports: {
  readonly admission: Pick<AdmissionStore, 'setAccountFrozen'>;
  readonly ledger: Pick<LedgerStore, 'frozenAccounts'>;
}): Promise<void> {
  const frozen = await ports.ledger.frozenAccounts();
  await Promise.all(frozen.map(({ accountId }) => ports.admission.setAccountFrozen(accountId, true)));
}
