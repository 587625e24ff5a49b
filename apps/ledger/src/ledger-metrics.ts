import { type RebuildResult, TamperedAudit } from '@keybrake/application';
import type { Logger, Metrics, Sample } from '@keybrake/platform';
import type { LedgerObserver, LedgerPorts } from './app.js';

const REBUILD_BOUNDS_SECONDS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300];
/** Figures of the tables are read again after it: several scrapes may come at once. */
const FIGURES_KEPT_MS = 5_000;

/** Turns what the ledger does into metrics and log lines. */
export function createLedgerObserver(
  metrics: Metrics,
  logger: Logger,
  nowMs: () => number,
  onFatal: (error: Error) => void,
): LedgerObserver {
  const folded = metrics.counter('keybrake_ledger_folded_events_total', 'Events folded.');
  const duplicates = metrics.counter(
    'keybrake_ledger_duplicate_events_total',
    'Events seen before, and not folded again.',
  );
  const rebuilds = metrics.counter('keybrake_ledger_rebuilds_total', 'Lives given to the admission store.');
  const rebuildTook = metrics.histogram(
    'keybrake_ledger_rebuild_seconds',
    'Time to give the admission store a new life.',
    REBUILD_BOUNDS_SECONDS,
  );
  const resolved = metrics.counter('keybrake_ledger_resolved_calls_total', 'Calls in doubt that the resolver settled.');
  const failures = metrics.counter('keybrake_ledger_failed_turns_total', 'Turns of a worker that are tried again.');
  for (const counter of [folded, duplicates, rebuilds, resolved]) counter.add(0);
  let lag = 0;
  let inDoubt = 0;
  let foldedUpToMs = nowMs();
  metrics.gauge('keybrake_ledger_lag_events', 'Records behind the end of the log.', () => [{ value: lag }]);
  metrics.gauge('keybrake_ledger_lag_seconds', 'Age of the last folded event while records are left to fold.', () => [
    { value: lag === 0 ? 0 : Math.max(0, nowMs() - foldedUpToMs) / 1_000 },
  ]);
  metrics.gauge('keybrake_ledger_in_doubt_calls', 'Launched calls past their deadline without an outcome.', () => [
    { value: inDoubt },
  ]);
  return {
    lag: (records) => {
      lag = Number(records);
    },
    folded: (progress) => {
      if (progress.folded > 0) folded.add(progress.folded);
      if (progress.duplicates > 0) duplicates.add(progress.duplicates);
      foldedUpToMs = progress.lastAtMs ?? foldedUpToMs;
      if (progress.deadLetters === 0) return;
      logger.error({ deadLetters: progress.deadLetters }, 'unreadable records: see ledger.dead_letters');
    },
    inDoubt: (count) => {
      inDoubt = count;
    },
    resolved: ({ settled }) => {
      if (settled > 0) resolved.add(settled);
    },
    rebuilt: (result: Extract<RebuildResult, { kind: 'ready' }>) => {
      rebuilds.add(1);
      rebuildTook.record(result.tookMs / 1_000);
      logger.warn(result, 'the admission store was lost and has been rebuilt');
    },
    pruned: ({ dropped, kept }) => {
      for (const untilMs of dropped) {
        logger.info({ before: new Date(untilMs).toISOString() }, 'audit, events and links of a month were dropped');
      }
      if (kept === undefined) return;
      logger.warn({ before: new Date(kept.untilMs).toISOString(), reason: kept.reason }, 'a month is due and stays');
    },
    failed: (worker, error) => {
      failures.add(1, { worker: worker.split(',', 1)[0] ?? worker });
      if (error instanceof TamperedAudit) {
        logger.error({ err: error, worker }, 'the audit is not as it was written: nothing of it is dropped');
        return;
      }
      logger.warn({ err: error, worker }, 'a turn failed and is tried again');
    },
    fatal: (error) => {
      logger.fatal({ err: error }, 'the event log is not the one that was folded: stopping');
      onFatal(error);
    },
  };
}

/** What is read from stores and tables at a scrape. Every ledger shows the same: take the maximum over them. */
export function addLedgerGauges(
  metrics: Metrics,
  { figures, upkeep, rebuild, runtime }: Pick<LedgerPorts, 'figures' | 'upkeep' | 'rebuild' | 'runtime'>,
): void {
  let kept: { readonly atMs: number; readonly read: ReturnType<typeof figures.read> } | undefined;
  const current = () => {
    const atMs = runtime.nowMs();
    if (kept === undefined || atMs - kept.atMs > FIGURES_KEPT_MS) kept = { atMs, read: figures.read(atMs) };
    return kept.read;
  };
  const gauge = (name: string, help: string, read: (of: Awaited<ReturnType<typeof current>>) => readonly Sample[]) =>
    metrics.gauge(name, help, async () => read(await current()));
  const spent = (of: 'committed' | 'held') => (read: Awaited<ReturnType<typeof current>>) =>
    read.spend.map(({ accountId: account, agentType: agent_type, currency, ...amounts }) => ({
      value: amounts[of],
      labels: { account, agent_type, currency },
    }));
  gauge('keybrake_spend_today_committed', 'Spent today (UTC) by agent type, in major units.', spent('committed'));
  gauge('keybrake_spend_today_held', 'Held today (UTC) by agent type, in major units.', spent('held'));
  gauge('keybrake_cap_used_ratio', 'Committed and held of caps of agent types and accounts; 1 is all.', ({ caps }) =>
    caps.map(({ accountId: account, scope, scopeId: scope_id, window, currency, usedRatio }) => ({
      value: usedRatio,
      labels: { account, scope, scope_id, window, currency },
    })),
  );
  gauge('keybrake_approvals_waiting', 'Calls that wait for a person.', (of) => [{ value: of.waitingApprovals }]);
  gauge('keybrake_ledger_anomalies', 'Rows of ledger.anomalies by kind.', ({ anomalies }) =>
    byLabel('kind', anomalies),
  );
  gauge('keybrake_ledger_dead_letters', 'Records that could not be read or folded.', (of) => [
    { value: of.deadLetters },
  ]);
  gauge('keybrake_ledger_frozen_accounts', 'Accounts whose calls are stopped.', (of) => [{ value: of.frozenAccounts }]);
  gauge('keybrake_webhook_deliveries', 'Deliveries that are pending or were given up.', ({ deliveries }) =>
    byLabel('state', deliveries),
  );
  metrics.gauge('keybrake_ledger_in_doubt_oldest_seconds', 'Since when the oldest call in doubt is so.', async () => {
    const since = await upkeep.doubtsAmong(await upkeep.listInDoubt(100));
    const oldestMs = Math.min(...since.values(), runtime.nowMs());
    return [{ value: (runtime.nowMs() - oldestMs) / 1_000 }];
  });
  metrics.gauge(
    'keybrake_admission_ready',
    'Whether the admission store admits calls; 0 while it is rebuilt.',
    async () => [{ value: rebuild === undefined || (await rebuild.rebuild.life()).phase === 'ready' ? 1 : 0 }],
  );
}

const byLabel = (name: string, counts: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(counts).map(([value, count]) => ({ value: count, labels: { [name]: value } }));
