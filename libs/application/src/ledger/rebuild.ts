import type { AccountId, IncarnationFenced } from '@keybrake/domain';
import { pause } from '../deadline.js';
import type { GovernancePorts } from '../governance/governance.js';
import { republishAdmission } from '../governance/republish.js';
import type { AdmissionLives } from '../ports/admission-lives.js';
import type { AdmissionRebuild } from '../ports/admission-rebuild.js';
import type { EventFence, EventSource } from '../ports/event-log.js';
import type { LedgerStore } from '../ports/ledger-store.js';
import type { Runtime } from '../ports/runtime.js';
import { freezeAccounts } from './upkeep.js';

export interface RebuildPorts {
  readonly rebuild: AdmissionRebuild;
  readonly lives: AdmissionLives;
  readonly fence: EventFence;
  readonly source: Pick<EventSource, 'ends'>;
  readonly store: Pick<LedgerStore, 'positions' | 'frozenAccounts'>;
  /** Keys and policies as they are on record. */
  readonly governance: Pick<GovernancePorts, 'store' | 'admission'>;
  readonly runtime: Runtime;
}

export type RebuildResult =
  | { readonly kind: 'not_needed' | 'another_leads' | 'overtaken' }
  | { readonly kind: 'ready'; readonly incarnation: number; readonly reservations: number; readonly tookMs: number };

/** Fences belong to no account. */
const SYSTEM = 'system' as AccountId;
const FOLD_POLL_MS = 20;

/**
 * Gives a lost admission store a new life (design section 3, "Losing the admission store"). In this order: a new
 * incarnation; the store empty and answering not ready; a fence in every partition; the ledger past every fence; what it
 * then knows loaded, open reservations as launched; ready, if nobody has begun a newer life meanwhile.
 */
export async function rebuildIfLost(ports: RebuildPorts, stopping: () => boolean): Promise<RebuildResult> {
  if ((await ports.rebuild.life()).phase === 'ready') return { kind: 'not_needed' };
  return (await ports.lives.asLeader(() => rebuild(ports, stopping))) ?? { kind: 'another_leads' };
}

async function rebuild(ports: RebuildPorts, stopping: () => boolean): Promise<RebuildResult> {
  const startedAtMs = ports.runtime.nowMs();
  const life = await ports.rebuild.life();
  if (life.phase === 'ready') return { kind: 'not_needed' };
  // A ledger that was itself rebuilt from the log learns of earlier fences first: no incarnation is used twice.
  if (!(await foldedPast(ports, await ports.source.ends(), stopping))) return { kind: 'overtaken' };
  const incarnation = await ports.lives.begin(life.incarnation);
  if (!(await ports.rebuild.begin(incarnation))) return { kind: 'overtaken' };

  await ports.fence.appendToEachPartition(() => fenceEvent(ports.runtime, incarnation));
  if (!(await foldedPast(ports, await ports.source.ends(), stopping))) return { kind: 'overtaken' };

  const snapshot = await ports.lives.snapshot();
  const isLoaded =
    (await ports.rebuild.loadBalances(incarnation, snapshot.balances)) &&
    (await ports.rebuild.loadReservations(incarnation, snapshot.reservations)) &&
    (await ports.rebuild.loadCommits(incarnation, snapshot.commits)) &&
    (await ports.rebuild.loadGuards(incarnation, snapshot.guards)) &&
    (await ports.rebuild.loadApprovals(incarnation, snapshot.approvals)) &&
    (await ports.rebuild.loadMeters(incarnation, snapshot.meters));
  if (!isLoaded) return { kind: 'overtaken' };
  await republishAdmission(ports.governance);
  await freezeAccounts({ admission: ports.governance.admission, ledger: ports.store });
  if (!(await ports.rebuild.finish(incarnation, snapshot.claimsUntilMs))) return { kind: 'overtaken' };
  await ports.lives.ready(incarnation);
  const tookMs = ports.runtime.nowMs() - startedAtMs;
  return { kind: 'ready', incarnation, reservations: snapshot.reservations.length, tookMs };
}

function fenceEvent(runtime: Runtime, incarnation: number): IncarnationFenced {
  return {
    type: 'IncarnationFenced',
    eventId: runtime.newEventId(),
    accountId: SYSTEM,
    occurredAtMs: runtime.nowMs(),
    incarnation,
  };
}

/** Whichever process folds them. False when this one is asked to stop meanwhile. */
async function foldedPast(
  { store }: { readonly store: Pick<LedgerStore, 'positions'> },
  ends: ReadonlyMap<number, bigint>,
  stopping: () => boolean,
): Promise<boolean> {
  while (!stopping()) {
    const positions = await store.positions();
    if ([...ends].every(([partition, end]) => (positions.get(partition)?.next ?? 0n) >= end)) return true;
    await pause(FOLD_POLL_MS);
  }
  return false;
}
