import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { api } from '../../api/api.ts';
import type { Run } from '../../api/report-types.ts';
import { useFilters } from '../../data/filters.ts';
import { usePages } from '../../data/pages.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { SelectField } from '../../ui/fields.tsx';
import { Page } from '../../ui/layout.tsx';
import { PausedField } from '../../ui/paused-field.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Count, Time } from '../../ui/values.tsx';
import { RunLink } from '../calls/call-table.tsx';
import { RunSpend } from './run-spend.tsx';
import styles from './runs.module.css';

const PER_PAGE = 50;
const FILTERS = ['search', 'agentType'] as const;

const COLUMNS: readonly Column<Run>[] = [
  { head: 'Run', cell: ({ runId }) => <RunLink runId={runId} /> },
  { head: 'Agent types', cell: ({ agentTypes }) => <AgentText cut>{agentTypes.join(', ')}</AgentText> },
  { head: 'Providers', cell: ({ providers }) => <AgentText cut>{providers.join(', ')}</AgentText> },
  { head: 'Last call', cell: ({ lastAt }) => <Time at={lastAt} /> },
  { head: 'Calls', number: true, cell: ({ calls }) => <Count value={calls} /> },
  { head: 'Replays', number: true, cell: ({ replays }) => <Count value={replays} /> },
  { head: 'Denials', number: true, cell: ({ denials }) => <Count value={denials} /> },
  { head: 'Spent', number: true, cell: (run) => <RunSpend run={run} /> },
];

export default function RunsPage() {
  const { filters, set } = useFilters(FILTERS);
  const asked = useDeferredValue(filters);
  const agentTypes = useQuery({ queryKey: ['agent-types'], queryFn: api.agentTypes });
  const { rows, more, query } = usePages(['runs', asked], (cursor, signal) =>
    api.runs({ ...asked, limit: PER_PAGE, cursor }, signal),
  );
  const filtered = filters.search !== '' || filters.agentType !== '';
  const types = agentTypes.data?.data.map(({ agentType }) => ({ value: agentType, label: agentType })) ?? [];
  return (
    <Page title="Runs" lead="Pipelines by the run id that their agents sent, the one that called last first.">
      <search className={styles.filters}>
        <PausedField
          label="Search"
          type="search"
          placeholder="Part of a run id"
          maxLength={128}
          value={filters.search}
          onChange={(search) => set({ search })}
        />
        <SelectField
          label="Agent type"
          value={filters.agentType}
          onChange={(agentType) => set({ agentType })}
          options={[{ value: '', label: 'Any agent type' }, ...types]}
        />
      </search>
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="Runs"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ runId }) => runId}
            more={more}
            empty={
              filtered ? (
                <Empty
                  title="No run matches"
                  action={<Button onClick={() => set({ search: '', agentType: '' })}>Show all runs</Button>}
                />
              ) : (
                <Empty title="No run yet">
                  Calls with the header <code>Keybrake-Run-Id</code>, or of a key that was minted for a run, appear
                  here.
                </Empty>
              )
            }
          />
        )}
      </Loaded>
    </Page>
  );
}
