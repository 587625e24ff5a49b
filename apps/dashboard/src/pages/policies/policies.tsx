import { Plus } from 'lucide-react';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { Policy } from '../../api/types.ts';
import { usePages } from '../../data/pages.ts';
import { formatMoney } from '../../format/money.ts';
import { WINDOWS } from '../../format/windows.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Page } from '../../ui/layout.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/values.tsx';

const PER_PAGE = 50;
const SCOPES = { run: 'run', key: 'key', agent_type: 'agent type', account: 'account' };

const capsText = ({ caps }: Policy) =>
  caps
    .map((cap) => `${formatMoney(cap.limitMinor, cap.currency)} ${WINDOWS[cap.window]} per ${SCOPES[cap.scope]}`)
    .join(', ');

const COLUMNS: readonly Column<Policy>[] = [
  {
    head: 'Policy',
    cell: (policy) => (
      <Link to={`/policies/${encodeURIComponent(policy.id)}`}>
        <AgentText>{policy.name}</AgentText>
        {policy.mode === 'shadow' ? ' (shadow)' : ''}
      </Link>
    ),
  },
  { head: 'Provider', cell: (policy) => policy.provider },
  { head: 'Caps', cell: (policy) => (policy.caps.length === 0 ? 'none: no spend' : capsText(policy)) },
  { head: 'Operations', cell: (policy) => <AgentText cut>{policy.allowedOperations.join(', ')}</AgentText> },
  { head: 'Version', number: true, cell: (policy) => policy.version },
  { head: 'Changed', cell: (policy) => <Time at={policy.versionCreatedAt} /> },
];

export default function PoliciesPage() {
  const { rows, more, query } = usePages(['policies', 'list'], (cursor) => api.policies({ limit: PER_PAGE, cursor }));
  return (
    <Page
      title="Policies"
      lead="What keys may call and spend. A change is in force on every gateway once it is saved."
      actions={
        <LinkButton look="primary" to="/policies/new">
          <Plus size={15} aria-hidden="true" /> New policy
        </LinkButton>
      }
    >
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="Policies"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ id }) => id}
            more={more}
            empty={
              <Empty
                title="No policy yet"
                action={<LinkButton to="/policies/new">Make one from a template</LinkButton>}
              >
                Every vault key names a policy: operations it may call, caps it must keep.
              </Empty>
            }
          />
        )}
      </Loaded>
    </Page>
  );
}
