import {
  type AdmissionStore,
  type AdmissionUpkeep,
  createFoldSink,
  dropFoldedResponses,
  type EventAppender,
  type EventSource,
  type FoldPorts,
  type FoldResult,
  type Runtime,
  releaseAbandoned,
  settleFromLog,
  type UpkeepPorts,
} from '@keybrake/application';
import { Worker } from './worker.js';

export interface LedgerPorts extends FoldPorts {
  readonly source: EventSource;
  readonly admission: AdmissionStore;
  readonly upkeep: AdmissionUpkeep;
  readonly log: EventAppender;
  readonly runtime: Runtime;
}

export interface LedgerSettings {
  readonly heldMaxAgeMs: number;
  readonly upkeepIdleMs: number;
}

/** What the ledger tells its process: for metrics, logs, and the decision to end. */
export interface LedgerObserver {
  folded(result: FoldResult): void;
  /** Records of the log that no ledger has folded yet. */
  lag(records: bigint): void;
  inDoubt(count: number): void;
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

/** Folds the log and keeps the admission store tidy. */
export async function startLedger(
  ports: LedgerPorts,
  settings: LedgerSettings,
  observer: LedgerObserver,
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
    return released === UPKEEP_BATCH_MAX || settled === UPKEEP_BATCH_MAX;
  };
  const purge = async () => (await ports.upkeep.purgeExpired(UPKEEP_BATCH_MAX)) === UPKEEP_BATCH_MAX;
  const workers = [
    new Worker({ name: 'upkeep', idleMs: settings.upkeepIdleMs, retryMs: RETRY_MS, turn: upkeep, onError }),
    new Worker({ name: 'purge', idleMs: PURGE_IDLE_MS, retryMs: RETRY_MS, turn: purge, onError }),
  ];
  const folding = await ports.source.start(
    createFoldSink(ports, (result) => observer.folded(result)),
    {
      lag: (records) => observer.lag(records),
      failed: (error) => observer.failed('fold', error),
      fatal: (error) => observer.fatal(error),
    },
  );
  for (const worker of workers) worker.start();
  return { stop: async () => void (await Promise.all([folding, ...workers].map((one) => one.stop()))) };
}
