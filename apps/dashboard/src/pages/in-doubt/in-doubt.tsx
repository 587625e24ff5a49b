import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { Reservation } from '../../api/report-types.ts';
import { usePages } from '../../data/pages.ts';
import { useBlocked } from '../../data/session.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Page } from '../../ui/layout.tsx';
import { Announce } from '../../ui/live-region.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Money, Time } from '../../ui/values.tsx';
import { CALL_COLUMNS } from '../calls/call-table.tsx';
import { Findings } from './findings.tsx';
import { Resolve } from './resolve.tsx';

const PER_PAGE = 50;
const POLL_MS = 5_000;
const { time, agentType, operation, run } = CALL_COLUMNS;

/** Calls whose outcome nobody knows: their amounts stay held until it is known. */
export default function InDoubtPage() {
  const tooLow = useBlocked('operator');
  const [resolving, setResolving] = useState<Reservation>();
  const { rows, more, query } = usePages(
    ['reservations', 'in_doubt'],
    (cursor) => api.reservations({ state: 'in_doubt', limit: PER_PAGE, cursor }),
    { refetchInterval: POLL_MS },
  );
  const columns: readonly Column<Reservation>[] = [
    time,
    agentType,
    operation,
    run,
    { head: 'Held', number: true, cell: (call) => <Money minor={call.reservedMinor} currency={call.currency} /> },
    { head: 'Sent', cell: ({ launchedAt }) => <Time at={launchedAt} relative /> },
    { head: 'What is known', cell: ({ resolution }) => <Findings resolution={resolution} /> },
    {
      head: 'Decide',
      number: true,
      cell: (call) => (
        <Button
          small
          blockedBecause={tooLow}
          aria-label={`Resolve ${call.operation} of ${call.agentType}`}
          onClick={() => setResolving(call)}
        >
          Resolve
        </Button>
      ),
    },
  ];
  return (
    <Page
      title="In doubt"
      lead="Calls that were sent and whose outcome is not known. Their amounts stay held; Keybrake keeps asking the provider."
    >
      <Announce>{`${rows.length} calls in doubt.`}</Announce>
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="Calls in doubt"
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            more={more}
            empty={
              <Empty title="Nothing is in doubt">
                A call comes here when its answer was lost: a timeout, a 5xx, a gateway that was killed.
              </Empty>
            }
          />
        )}
      </Loaded>
      {resolving === undefined ? null : (
        <Resolve key={resolving.id} call={resolving} onClose={() => setResolving(undefined)} />
      )}
    </Page>
  );
}
