import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { figure, graph, section } from './panels.ts';

const RATE = '$__rate_interval';
const calls = (labels = '') => `keybrake_gateway_calls_total${labels}`;
const quantile = (of: number, metric: string, by = '') =>
  `histogram_quantile(${of}, sum by (le${by}) (rate(${metric}_bucket[${RATE}])))`;

/** The four golden signals, and where a call's time goes. */
export function gatewayDashboard(dashboard: DashboardBuilder): void {
  section(
    dashboard,
    'Now',
    figure('Gateways up', { help: 'Processes that Prometheus reaches.' }, 'sum(up{job="keybrake-gateway"})'),
    figure('Calls a second', { unit: 'reqps', help: 'Over all gateways.' }, `sum(rate(${calls()}[${RATE}]))`),
    figure('Calls in flight', { help: 'Inside the gateways now.' }, 'sum(keybrake_gateway_calls_in_flight)'),
    figure(
      'Admission store',
      { help: '1: admits calls. 0: it was lost and is being rebuilt; calls get 503.' },
      'max(keybrake_admission_ready)',
    ),
  );
  section(
    dashboard,
    'Golden signals',
    graph(
      'Traffic by decision',
      { unit: 'reqps', help: 'forwarded, replayed, denied, in doubt, unavailable; strangers have no valid key.' },
      [`sum by (decision) (rate(${calls()}[${RATE}]))`, '{{decision}}'],
    ),
    graph(
      'Calls that were not served',
      { unit: 'percentunit', help: 'A dependency was down: nothing was sent, the caller may retry.' },
      [
        `sum(rate(${calls('{decision="unavailable"}')}[${RATE}])) / sum(rate(${calls()}[${RATE}])) or vector(0)`,
        'unavailable',
      ],
    ),
    graph(
      'Added latency',
      { unit: 's', help: 'Time of a call without the wait for the provider.' },
      [quantile(0.5, 'keybrake_gateway_added_latency_seconds'), 'p50'],
      [quantile(0.99, 'keybrake_gateway_added_latency_seconds'), 'p99'],
    ),
    graph(
      'Saturation',
      { help: 'Calls in flight, and events that the log has not taken yet, by gateway.' },
      ['keybrake_gateway_calls_in_flight', 'in flight, {{instance}}'],
      ['keybrake_gateway_log_queued_events', 'queued events, {{instance}}'],
    ),
  );
  section(
    dashboard,
    'Phases',
    graph('p99 by phase', { unit: 's', help: 'The phases of a call; forward is the wait for the provider.' }, [
      quantile(0.99, 'keybrake_gateway_phase_seconds', ', phase'),
      '{{phase}}',
    ]),
    graph('Forwarding by provider', { unit: 's', help: 'The wait for each provider, p50 and p99.' }, [
      `histogram_quantile(0.99, sum by (le, provider) (rate(keybrake_gateway_phase_seconds_bucket{phase="forward"}[${RATE}])))`,
      'p99 {{provider}}',
    ]),
    graph(
      'Appends to the event log',
      { unit: 's', help: 'Until the log has acknowledged, every attempt counted.' },
      [quantile(0.5, 'keybrake_gateway_log_append_seconds'), 'p50'],
      [quantile(0.99, 'keybrake_gateway_log_append_seconds'), 'p99'],
    ),
    graph('Events in an append', { help: 'More than one under load: calls share a flush of the log.' }, [
      `sum(rate(keybrake_gateway_log_events_total[${RATE}])) / sum(rate(keybrake_gateway_log_appends_total[${RATE}])) or vector(0)`,
      'events',
    ]),
  );
  section(
    dashboard,
    'Processes',
    graph('Memory', { unit: 'bytes', help: 'Resident memory.' }, [
      'process_resident_memory_bytes{job="keybrake-gateway"}',
      '{{instance}}',
    ]),
    graph('Event loop delay, p99', { unit: 's', help: 'Above 100 ms a gateway has too much to do.' }, [
      'nodejs_eventloop_delay_p99_seconds{job="keybrake-gateway"}',
      '{{instance}}',
    ]),
  );
}
