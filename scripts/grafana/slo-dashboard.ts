import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { figure, graph, section } from './panels.ts';

const AVAILABLE = (window: string) =>
  `1 - ((sum(rate(keybrake_gateway_calls_total{decision="unavailable"}[${window}])) or vector(0)) / sum(rate(keybrake_gateway_calls_total[${window}])))`;
const QUICK = (window: string) =>
  `sum(rate(keybrake_gateway_added_latency_seconds_bucket{le="0.025"}[${window}])) / sum(rate(keybrake_gateway_added_latency_seconds_count[${window}]))`;
const TARGET = 0.999;

/** The two promises that have a number: calls are served, and quickly. The others have none: they hold. */
export function sloDashboard(dashboard: DashboardBuilder): void {
  section(
    dashboard,
    'Objectives',
    figure('Served, 1 h', { unit: 'percentunit', help: `Objective: ${TARGET * 100} %.` }, AVAILABLE('1h')),
    figure('Served, 30 d', { unit: 'percentunit', help: `Objective: ${TARGET * 100} %.` }, AVAILABLE('30d')),
    figure('Added within 25 ms, 1 h', { unit: 'percentunit', help: 'Objective: 99 %.' }, QUICK('1h')),
    figure(
      'Error budget left, 30 d',
      { unit: 'percentunit', help: 'Of the calls that may not be served; below 0 it is used up.' },
      `1 - (1 - (${AVAILABLE('30d')})) / ${(1 - TARGET).toFixed(3)}`,
    ),
  );
  section(
    dashboard,
    'Burn rate',
    graph(
      'Error budget burn',
      { help: 'How many times faster than allowed: 14.4 over an hour uses up 2 % of a month’s budget.' },
      [`(1 - (${AVAILABLE('5m')})) / ${(1 - TARGET).toFixed(3)}`, '5 min'],
      [`(1 - (${AVAILABLE('1h')})) / ${(1 - TARGET).toFixed(3)}`, '1 h'],
    ),
    graph('Promises that have no budget', { help: 'Each of these is an incident; see docs/operations.md.' }, [
      'sum(max by (kind) (keybrake_ledger_anomalies)) + max(keybrake_ledger_dead_letters) + max(keybrake_ledger_frozen_accounts)',
      'anomalies, dead letters, frozen accounts',
    ]),
  );
}
