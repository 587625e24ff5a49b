import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { AuditEntry } from '../../api/types.ts';
import type { Pages } from '../../data/pages.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { CallState } from '../../ui/badge.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Money, Time } from '../../ui/values.tsx';
import styles from './calls.module.css';

type Call = Pick<
  AuditEntry,
  'id' | 'startedAt' | 'agentType' | 'provider' | 'operation' | 'endpoint' | 'runId' | 'currency' | 'message'
> &
  Pick<AuditEntry, 'finalMinor' | 'committedMinor' | 'reservedMinor'> & { readonly state: string };

/** What the call has come to so far: the final price, else what was committed, else what is reserved. */
export const amountOf = ({ finalMinor, committedMinor, reservedMinor, state }: Call): string | null =>
  state === 'denied' || state === 'replayed' ? reservedMinor : (finalMinor ?? committedMinor ?? reservedMinor);

export const RunLink = ({ runId }: { runId: string | null }) =>
  runId === null ? (
    <span>–</span>
  ) : (
    <Link to={`/runs/${encodeURIComponent(runId)}`}>
      <AgentText cut mono>
        {runId}
      </AgentText>
    </Link>
  );

export const CALL_COLUMNS = {
  time: {
    head: 'Time',
    cell: (call: Call) => (
      <Link to={`/calls/${encodeURIComponent(call.id)}`}>
        <Time at={call.startedAt} />
      </Link>
    ),
  },
  agentType: { head: 'Agent type', cell: (call: Call) => <AgentText cut>{call.agentType}</AgentText> },
  operation: {
    head: 'Operation',
    cell: (call: Call) => (
      <span title={call.endpoint}>
        <AgentText cut>{`${call.provider} ${call.operation}`}</AgentText>
      </span>
    ),
  },
  run: { head: 'Run', cell: (call: Call) => <RunLink runId={call.runId} /> },
  state: {
    head: 'State',
    cell: (call: Call) => (
      <div className={styles.outcome}>
        <CallState state={call.state} />
        {call.message === null ? null : <AgentText cut>{call.message}</AgentText>}
      </div>
    ),
  },
  amount: {
    head: 'Amount',
    number: true,
    cell: (call: Call) => <Money minor={amountOf(call)} currency={call.currency} />,
  },
} satisfies Record<string, Column<Call>>;

export interface CallTableProps {
  readonly caption: string;
  readonly calls: readonly AuditEntry[];
  readonly columns?: readonly Column<AuditEntry>[];
  readonly empty: ReactNode;
  readonly more?: Pages<AuditEntry>['more'];
}

/** Calls, replays and denials, a line each. */
export const CallTable = ({ calls, columns = Object.values(CALL_COLUMNS), ...rest }: CallTableProps) => (
  <DataTable columns={columns} rows={calls} rowKey={({ id }) => id} {...rest} />
);
