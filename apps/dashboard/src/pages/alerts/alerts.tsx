import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { Alert } from '../../api/types.ts';
import { useFilters } from '../../data/filters.ts';
import { usePages } from '../../data/pages.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Badge } from '../../ui/badge.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { SelectField } from '../../ui/fields.tsx';
import { Card, Page } from '../../ui/layout.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/values.tsx';
import { ALERT_NAMES, ALERT_OPTIONS } from './alert-names.ts';
import styles from './alerts.module.css';
import { Webhooks } from './webhooks.tsx';

const PER_PAGE = 50;
const FILTERS = ['type'] as const;

const COLUMNS: readonly Column<Alert>[] = [
  { head: 'When', cell: ({ occurredAt }) => <Time at={occurredAt} /> },
  {
    head: 'What',
    cell: ({ type }) => <Badge tone={type === 'budget.threshold' ? 'neutral' : 'warn'}>{ALERT_NAMES[type]}</Badge>,
  },
  { head: 'Alert', cell: ({ summary }) => <AgentText>{summary}</AgentText> },
  { head: 'See', cell: (alert) => <Seen alert={alert} /> },
];

/** Where there is more to be seen of it. */
function Seen({ alert: { type, data } }: { alert: Alert }) {
  const { callId, vaultKeyId, scope, scopeId, approvalId } = data;
  if (type === 'call.in_doubt') return <Link to="/in-doubt">in doubt</Link>;
  if (typeof approvalId === 'string')
    return <Link to={`/approvals/${encodeURIComponent(approvalId)}`}>the request</Link>;
  if (typeof callId === 'string') return <Link to={`/calls/${encodeURIComponent(callId)}`}>the call</Link>;
  const keyId = vaultKeyId ?? (scope === 'key' ? scopeId : undefined);
  return typeof keyId === 'string' ? <Link to={`/keys/${encodeURIComponent(keyId)}`}>the key</Link> : '–';
}

export default function AlertsPage() {
  const { filters, set } = useFilters(FILTERS);
  const { rows, more, query } = usePages(['alerts', filters], (cursor) =>
    api.alerts({ type: filters.type, limit: PER_PAGE, cursor }),
  );
  return (
    <Page title="Alerts" lead="What Keybrake has told, the latest first; and where it is sent.">
      <Webhooks />
      <Card title="What was told">
        <search className={styles.filters}>
          <SelectField
            label="Kind"
            value={filters.type}
            onChange={(type) => set({ type })}
            options={[{ value: '', label: 'Any' }, ...ALERT_OPTIONS]}
          />
        </search>
        <Loaded query={query}>
          {() => (
            <DataTable
              caption="Alerts"
              columns={COLUMNS}
              rows={rows}
              rowKey={({ id }) => id}
              more={more}
              empty={
                <Empty title="Nothing was told">
                  Half of a cap used, a key stopped, a call in doubt: it appears here.
                </Empty>
              }
            />
          )}
        </Loaded>
      </Card>
    </Page>
  );
}
