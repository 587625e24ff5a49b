import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { figure, graph, rows, section } from './panels.ts';

const RATE = '$__rate_interval';

/** Is what happened also known: the fold, what it could not read, lives of the admission store, calls in doubt. */
export function ledgerDashboard(dashboard: DashboardBuilder): void {
  section(
    dashboard,
    'Now',
    figure(
      'Behind',
      { unit: 's', help: 'Age of what is folded, while records wait.' },
      'max(keybrake_ledger_lag_seconds)',
    ),
    figure('Dead letters', { help: 'Records that could not be read or folded.' }, 'max(keybrake_ledger_dead_letters)'),
    figure(
      'Frozen accounts',
      { help: 'Their calls are stopped until somebody looked.' },
      'max(keybrake_ledger_frozen_accounts)',
    ),
    figure('Lives given', { help: 'Rebuilds of the admission store.' }, 'sum(keybrake_ledger_rebuilds_total)'),
  );
  section(
    dashboard,
    'Fold',
    graph('Lag', { help: 'Records of the log that no ledger has folded.' }, [
      'sum(keybrake_ledger_lag_events)',
      'records',
    ]),
    graph(
      'Fold rate',
      { unit: 'eps', help: 'Events folded, and copies that were seen before.' },
      [`sum(rate(keybrake_ledger_folded_events_total[${RATE}]))`, 'folded'],
      [`sum(rate(keybrake_ledger_duplicate_events_total[${RATE}]))`, 'seen before'],
    ),
    graph('Turns that failed', { help: 'By worker; tried again.' }, [
      `sum by (worker) (rate(keybrake_ledger_failed_turns_total[${RATE}])) or vector(0)`,
      '{{worker}}',
    ]),
    graph('Anomalies', { help: 'Rows of ledger.anomalies: more moved than reserved, a commit after a release.' }, [
      'max by (kind) (keybrake_ledger_anomalies)',
      '{{kind}}',
    ]),
  );
  section(
    dashboard,
    'In doubt',
    graph('Calls in doubt', { help: 'Launched, past their deadline, no outcome.' }, [
      'max(keybrake_ledger_in_doubt_calls)',
      'calls',
    ]),
    graph('Oldest in doubt', { unit: 's', help: 'Since when.' }, [
      'max(keybrake_ledger_in_doubt_oldest_seconds)',
      'oldest',
    ]),
    graph('Settled by the resolver', { help: 'From what the provider says.' }, [
      `sum(rate(keybrake_ledger_resolved_calls_total[${RATE}]))`,
      'settled',
    ]),
    graph('Webhooks', { help: 'Deliveries that wait, and that were given up.' }, [
      'max by (state) (keybrake_webhook_deliveries)',
      '{{state}}',
    ]),
  );
  section(
    dashboard,
    'Partitions',
    rows(
      'Positions',
      'The next record of each partition that is to be folded, and the newest fence in it.',
      `select p.partition, p.next_position, p.fence_incarnation from ledger.partition_positions p order by p.partition`,
    ),
  );
}
