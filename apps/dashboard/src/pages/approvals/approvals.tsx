import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { Approval } from '../../api/types.ts';
import { useFilters } from '../../data/filters.ts';
import { LIVE_MS } from '../../data/live.ts';
import { usePages } from '../../data/pages.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { SelectField } from '../../ui/fields.tsx';
import { Page } from '../../ui/layout.tsx';
import { Announce } from '../../ui/live-region.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Money, Time } from '../../ui/values.tsx';
import { ApprovalState, STATE_OPTIONS } from './approval-state.tsx';
import styles from './approvals.module.css';

const PER_PAGE = 50;
const FILTERS = ['state'] as const;

const COLUMNS: readonly Column<Approval>[] = [
  { head: 'Asked', cell: ({ requestedAt }) => <Time at={requestedAt} /> },
  { head: 'Agent type', cell: ({ agentType }) => <AgentText>{agentType}</AgentText> },
  { head: 'Call', cell: ({ endpoint }) => <AgentText mono>{endpoint}</AgentText> },
  { head: 'Run', cell: ({ runId }) => <AgentText mono>{runId}</AgentText> },
  {
    head: 'Amount',
    number: true,
    cell: ({ amountMinor, currency }) => <Money minor={amountMinor} currency={currency} />,
  },
  { head: 'State', cell: ({ state }) => <ApprovalState state={state} /> },
  { head: 'Until', cell: ({ expiresAt }) => <Time at={expiresAt} relative /> },
  {
    head: 'See',
    number: true,
    cell: ({ id, state, endpoint, agentType }) => (
      <Link
        to={`/approvals/${encodeURIComponent(id)}`}
        aria-label={`${state === 'waiting' ? 'Decide' : 'See'} ${endpoint} of ${agentType}`}
      >
        {state === 'waiting' ? 'decide' : 'see'}
      </Link>
    ),
  },
];

/** Calls above what their policy lets through by itself: held until a person decides. */
export default function ApprovalsPage() {
  const { filters, set } = useFilters(FILTERS);
  const { rows, more, query } = usePages(
    ['approvals', filters],
    (cursor) => api.approvals({ state: filters.state, limit: PER_PAGE, cursor }),
    { refetchInterval: LIVE_MS },
  );
  const waiting = rows.filter(({ state }) => state === 'waiting').length;
  return (
    <Page
      title="Approvals"
      lead="Calls that a person has to agree to. Their amounts are held; the agent sends the same call again once it is approved."
    >
      <Announce>{`${waiting} calls wait for a decision.`}</Announce>
      <search className={styles.filters}>
        <SelectField
          label="State"
          value={filters.state}
          onChange={(state) => set({ state })}
          options={[{ value: '', label: 'Any' }, ...STATE_OPTIONS]}
        />
      </search>
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="Calls that asked for approval"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ id }) => id}
            more={more}
            empty={
              <Empty title="Nothing asked for approval">
                A policy asks a person above an amount: set one under Approvals in a policy.
              </Empty>
            }
          />
        )}
      </Loaded>
    </Page>
  );
}
