import { Link } from 'react-router';
import type { AuditEntry } from '../../api/types.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { CallState } from '../../ui/badge.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/states.tsx';
import { Money, Time } from '../../ui/values.tsx';

/** What the call has come to so far: the final price, else what was committed, else what is reserved. */
export const amountOf = ({ finalMinor, committedMinor, reservedMinor, state }: AuditEntry): string | null =>
  state === 'denied' || state === 'replayed' ? reservedMinor : (finalMinor ?? committedMinor ?? reservedMinor);

const COLUMNS: readonly Column<AuditEntry>[] = [
  {
    head: 'Time',
    cell: (entry) => (
      <Link to={`/calls/${encodeURIComponent(entry.id)}`}>
        <Time at={entry.startedAt} />
      </Link>
    ),
  },
  { head: 'Agent type', cell: (entry) => <AgentText cut>{entry.agentType}</AgentText> },
  { head: 'Operation', cell: (entry) => <AgentText cut>{`${entry.provider} ${entry.operation}`}</AgentText> },
  {
    head: 'Run',
    cell: (entry) =>
      entry.runId === null ? (
        '–'
      ) : (
        <Link to={`/runs/${encodeURIComponent(entry.runId)}`}>
          <AgentText cut mono>
            {entry.runId}
          </AgentText>
        </Link>
      ),
  },
  { head: 'State', cell: (entry) => <CallState state={entry.state} /> },
  { head: 'Amount', number: true, cell: (entry) => <Money minor={amountOf(entry)} currency={entry.currency} /> },
];

export function LatestCalls({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <DataTable
      caption="Latest calls"
      columns={COLUMNS}
      rows={entries}
      rowKey={({ id }) => id}
      empty={<Empty title="No call yet">Calls, replays and denials appear here as they happen.</Empty>}
    />
  );
}
