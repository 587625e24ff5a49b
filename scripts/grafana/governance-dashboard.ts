import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { figure, graph, rows, section } from './panels.ts';

const RATE = '$__rate_interval';

/** What agents spend, what is refused and why, what waits for a person. */
export function governanceDashboard(dashboard: DashboardBuilder): void {
  section(
    dashboard,
    'Now',
    figure(
      'Highest cap use',
      { unit: 'percentunit', help: 'Of agent types and accounts.' },
      'max(keybrake_cap_used_ratio)',
    ),
    figure('In doubt', { help: 'Calls whose outcome nobody knows.' }, 'max(keybrake_ledger_in_doubt_calls)'),
    figure('Waiting for approval', { help: 'Calls that a person has to agree to.' }, 'max(keybrake_approvals_waiting)'),
    figure(
      'Kill switch, p99',
      { unit: 's', help: 'From a revoke to its answer: then no gateway launches another call of the key.' },
      'histogram_quantile(0.99, sum by (le) (rate(keybrake_admin_request_seconds_bucket{route=~".*/revoke"}[1h])))',
    ),
  );
  section(
    dashboard,
    'Spend today, by agent type',
    graph(
      'Committed and held',
      { help: 'In major units of each currency.' },
      ['max by (agent_type, currency) (keybrake_spend_today_committed)', '{{agent_type}} {{currency}}'],
      ['max by (agent_type, currency) (keybrake_spend_today_held)', '{{agent_type}} {{currency}}, held'],
    ),
    graph('Use of caps', { unit: 'percentunit', help: 'Of agent types and accounts; 100 % is all.' }, [
      'max by (scope, scope_id, window, currency) (keybrake_cap_used_ratio)',
      '{{scope}} {{scope_id}} {{window}} {{currency}}',
    ]),
  );
  section(
    dashboard,
    'Refusals',
    graph('Denials by reason', { unit: 'reqps', help: 'What docs/errors.md explains.' }, [
      `sum by (rule) (rate(keybrake_gateway_calls_total{decision="denied"}[${RATE}]))`,
      '{{rule}}',
    ]),
    graph('Repeated requests', { help: 'Under another idempotency key: blocked, or let through with a warning.' }, [
      `sum by (outcome) (rate(keybrake_gateway_duplicate_calls_total[${RATE}]))`,
      '{{outcome}}',
    ]),
    graph('Replays', { unit: 'reqps', help: 'Answered again without another call of the provider.' }, [
      `sum(rate(keybrake_gateway_calls_total{decision="replayed"}[${RATE}])) or vector(0)`,
      'replayed',
    ]),
    graph('Would be denied', { help: 'By policies in shadow.' }, [
      `sum by (rule) (rate(keybrake_gateway_shadow_denials_total[${RATE}])) or vector(0)`,
      '{{rule}}',
    ]),
  );
  section(
    dashboard,
    'Audit',
    rows(
      'Keys that spent most today',
      'Committed of each vault key since midnight UTC.',
      `select a.vault_key_id as "key", a.agent_type as "agent type", a.currency,
       sum(coalesce(a.final_micros, a.committed_micros)) / 1e6 as committed, count(*) as calls
  from ledger.audit_entries a
 where a.started_at_ms >= extract(epoch from date_trunc('day', now() at time zone 'UTC')) * 1000 and a.state = 'committed'
   and a.currency is not null
 group by 1, 2, 3 order by 4 desc limit 20`,
    ),
    rows(
      'Latest denials',
      'With the rule and its message.',
      `select to_timestamp(a.started_at_ms / 1000.0) as "time", a.agent_type as "agent type", a.operation, a.rule, a.message
  from ledger.audit_entries a where a.decision = 'denied' order by a.started_at_ms desc limit 50`,
    ),
  );
}
