import {
  type AdmissionStore,
  type AdmissionUpkeep,
  type ApprovalStore,
  type CheckpointStore,
  createFoldSink,
  type DeliverySettings,
  deliverAlerts,
  dropFoldedResponses,
  type EventAppender,
  type EventSource,
  type FoldPorts,
  type FoldResult,
  freezeAccounts,
  makeMonths,
  type OperatorFigureReports,
  type PruningResult,
  pruneMonths,
  type RebuildPorts,
  type RebuildResult,
  type RecordSink,
  type RelayPorts,
  type ResolveResult,
  type RetentionStore,
  type Runtime,
  rebuildIfLost,
  relayGovernance,
  releaseAbandoned,
  resolveDoubts,
  settleApprovals,
  settleFromLog,
  trueUpPrices,
  type UpkeepPorts,
  type WatchSettings,
  watchAlerts,
  writeCheckpoints,
} from '@keybrake/application';
import type { AlertPorts } from './alert-ports.js';
import type { ResolverPorts, ResolverSettings } from './resolver-ports.js';
import { Worker } from './worker.js';

export interface LedgerPorts extends FoldPorts {
  readonly source: EventSource;
  readonly admission: AdmissionStore;
  readonly upkeep: AdmissionUpkeep;
  readonly log: EventAppender;
  readonly runtime: Runtime;
  /** For metrics. */
  readonly figures: OperatorFigureReports;
  /** What people decide of calls that wait for them. */
  readonly approvals: ApprovalStore;
  /** Where the daily checkpoints of the audit go. */
  readonly checkpoints: CheckpointStore;
  /** The tables that are split by month. */
  readonly retention: RetentionStore;
  /** Where the admission store can be lost while the ledger lives. */
  readonly rebuild?: RebuildPorts;
  /** What calls in doubt are settled with, and late prices asked for. */
  readonly resolver?: ResolverPorts;
  /** What people are told, and how it gets to them. */
  readonly alerts?: AlertPorts;
  /** Where changes of policies and keys go to others. */
  readonly relay?: RelayPorts;
}

export interface LedgerSettings {
  readonly heldMaxAgeMs: number;
  readonly upkeepIdleMs: number;
  readonly rebuildIdleMs: number;
  readonly resolver: ResolverSettings;
  /** Undefined: nothing is ever dropped. */
  readonly auditRetentionDays: number | undefined;
  readonly alerts: WatchSettings & DeliverySettings;
}

/** What the ledger tells its process: for metrics, logs, and the decision to end. */
export interface LedgerObserver {
  folded(result: FoldResult): void;
  /** Records of the log that no ledger has folded yet. */
  lag(records: bigint): void;
  inDoubt(count: number): void;
  resolved(result: ResolveResult): void;
  /** The admission store was given a new life. */
  rebuilt(result: Extract<RebuildResult, { kind: 'ready' }>): void;
  /** Months of the audit were dropped, or are due and stay. */
  pruned(result: PruningResult): void;
  failed(worker: string, error: unknown): void;
  /** The log has a gap or was replaced: the process must stop loudly, never skip. */
  fatal(error: Error): void;
}

export interface RunningLedger {
  stop(): Promise<void>;
}

const UPKEEP_BATCH_MAX = 500;
const RETRY_MS = 500;
const PURGE_IDLE_MS = 60_000;
const CHECKPOINTS_IDLE_MS = 60_000;
const MONTHS_IDLE_MS = 3_600_000;
/** A chain that does not verify is walked again after it. */
const PRUNING_RETRY_MS = 600_000;
const APPROVALS_IDLE_MS = 1_000;
const RELAY_IDLE_MS = 200;
const WATCH_IDLE_MS = 10_000;
const DELIVERY_IDLE_MS = 200;
const RELAY_BATCH_MAX = 100;

/** Folds the log and keeps the admission store tidy. */
export async function startLedger(
  ports: LedgerPorts,
  settings: LedgerSettings,
  observer: LedgerObserver,
  /** What is put around the fold, such as traces. */
  around: (sink: RecordSink) => RecordSink = (sink) => sink,
): Promise<RunningLedger> {
  await ports.store.openPartitions(ports.source.partitions);
  const onError = (worker: string, error: unknown) => observer.failed(worker, error);
  const upkeepPorts: UpkeepPorts = { ...ports, ledger: ports.store };
  const upkeepSettings = { heldMaxAgeMs: settings.heldMaxAgeMs, batchMax: UPKEEP_BATCH_MAX };
  const upkeep = async () => {
    const released = await releaseAbandoned(upkeepPorts, upkeepSettings);
    const { settled, inDoubt } = await settleFromLog(upkeepPorts, upkeepSettings);
    observer.inDoubt(inDoubt);
    await dropFoldedResponses(upkeepPorts, upkeepSettings);
    await freezeAccounts(upkeepPorts);
    return released === UPKEEP_BATCH_MAX || settled === UPKEEP_BATCH_MAX;
  };
  const purge = async () => (await ports.upkeep.purgeExpired(UPKEEP_BATCH_MAX)) === UPKEEP_BATCH_MAX;
  const worker = (name: string, idleMs: number, turn: () => Promise<boolean>, retryMs = RETRY_MS) =>
    new Worker({ name, idleMs, retryMs, turn, onError });
  const { alerts, rebuild, relay, resolver } = ports;
  const { auditRetentionDays } = settings;
  let stopping = false;
  const rebuildTurn = async (lost: RebuildPorts) => {
    const result = await rebuildIfLost(lost, () => stopping);
    if (result.kind === 'ready') observer.rebuilt(result);
    return false;
  };
  const unexpected = { failed: (id: string, error: unknown) => observer.failed(`resolver, ${id}`, error) };
  const resolveTurn = async (parts: ResolverPorts) => {
    const result = await resolveDoubts(parts, settings.resolver, unexpected, () => stopping);
    observer.resolved(result);
    return result.isFull;
  };
  const pricesTurn = async (parts: ResolverPorts) =>
    (await trueUpPrices(parts, settings.resolver, unexpected, () => stopping)).isFull;
  const checkpointsTurn = async () => {
    await writeCheckpoints(ports, () => stopping);
    return false;
  };
  // Where the tables are somebody else's, main.retention.ts does both.
  const monthsTurn = async () => {
    if (await ports.retention.ownsTables()) await makeMonths(ports);
    return false;
  };
  const pruningTurn = async (days: number) => {
    if (await ports.retention.ownsTables()) observer.pruned(await pruneMonths(ports, days, () => stopping));
    return false;
  };
  const watchTurn = async (parts: AlertPorts) => {
    await watchAlerts(parts, settings.alerts);
    return false;
  };
  const workers = [
    worker('upkeep', settings.upkeepIdleMs, upkeep),
    worker('purge', PURGE_IDLE_MS, purge),
    worker('approvals', APPROVALS_IDLE_MS, () => settleApprovals(ports)),
    worker('checkpoints', CHECKPOINTS_IDLE_MS, checkpointsTurn),
    worker('months', MONTHS_IDLE_MS, monthsTurn),
    ...(auditRetentionDays === undefined
      ? []
      : [worker('pruning', MONTHS_IDLE_MS, () => pruningTurn(auditRetentionDays), PRUNING_RETRY_MS)]),
    ...(rebuild === undefined ? [] : [worker('rebuild', settings.rebuildIdleMs, () => rebuildTurn(rebuild))]),
    ...(resolver === undefined
      ? []
      : [
          worker('resolver', settings.resolver.intervalMs, () => resolveTurn(resolver)),
          worker('prices', settings.resolver.intervalMs, () => pricesTurn(resolver)),
        ]),
    ...(alerts === undefined
      ? []
      : [
          worker('alerts', WATCH_IDLE_MS, () => watchTurn(alerts)),
          worker('webhooks', DELIVERY_IDLE_MS, () => deliverAlerts(alerts, settings.alerts)),
        ]),
    ...(relay === undefined
      ? []
      : [worker('relay', RELAY_IDLE_MS, async () => (await relayGovernance(relay, RELAY_BATCH_MAX)) > 0)]),
  ];
  const folding = await ports.source.start(around(createFoldSink(ports, (result) => observer.folded(result))), {
    lag: (records) => observer.lag(records),
    failed: (error) => observer.failed('fold', error),
    fatal: (error) => observer.fatal(error),
  });
  for (const one of workers) one.start();
  return {
    stop: async () => {
      stopping = true;
      await Promise.all([folding, ...workers].map((one) => one.stop()));
    },
  };
}
