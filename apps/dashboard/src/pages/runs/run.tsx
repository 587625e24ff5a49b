import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { api } from '../../api/api.ts';
import type { Run } from '../../api/report-types.ts';
import { LIVE_MS } from '../../data/live.ts';
import { usePages } from '../../data/pages.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Card, Facts, Page } from '../../ui/layout.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Count, Time } from '../../ui/values.tsx';
import { CALL_COLUMNS, CallTable } from '../calls/call-table.tsx';
import { RunSpend } from './run-spend.tsx';

const PER_PAGE = 50;
const { time, agentType, operation, state, amount } = CALL_COLUMNS;

function RunFacts({ run }: { run: Run }) {
  return (
    <Facts
      facts={{
        'Agent types': <AgentText>{run.agentTypes.join(', ')}</AgentText>,
        Providers: <AgentText>{run.providers.join(', ')}</AgentText>,
        'First call': <Time at={run.firstAt} />,
        'Last call': <Time at={run.lastAt} />,
        Calls: <Count value={run.calls} />,
        Replays: <Count value={run.replays} />,
        Denials: <Count value={run.denials} />,
        Spent: <RunSpend run={run} />,
      }}
    />
  );
}

/** One run's whole story, oldest first: calls, replays, denials. */
export default function RunPage() {
  const { runId = '' } = useParams();
  const head = useQuery({
    queryKey: ['run', runId],
    queryFn: () => api.run(runId, { limit: 1 }),
    refetchInterval: LIVE_MS,
  });
  // More calls than the story was read with: read it again.
  const { calls = 0, replays = 0, denials = 0 } = head.data?.run ?? {};
  const { rows, more, query } = usePages(['run', runId, 'story', calls + replays + denials], (cursor) =>
    api.run(runId, { limit: PER_PAGE, cursor }),
  );
  const address = `/audit?runId=${encodeURIComponent(runId)}`;
  return (
    <Page
      title="Run"
      lead={<AgentText mono>{runId}</AgentText>}
      actions={<LinkButton to={address}>In the audit</LinkButton>}
    >
      <Loaded query={head}>
        {({ run }) => (
          <>
            <Card>
              <RunFacts run={run} />
            </Card>
            <Card title="Its story" hint="oldest first">
              <Loaded query={query}>
                {() => (
                  <CallTable
                    caption="Calls, replays and denials of this run"
                    calls={rows}
                    columns={[time, agentType, operation, state, amount]}
                    more={more}
                    empty={<Empty title="No call" />}
                  />
                )}
              </Loaded>
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}
