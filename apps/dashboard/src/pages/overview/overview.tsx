import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { Spend } from '../../api/types.ts';
import { LIVE_MS } from '../../data/live.ts';
import { LinkButton } from '../../ui/button.tsx';
import { Card, Page } from '../../ui/layout.tsx';
import { Announce } from '../../ui/live-region.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { fillOf } from '../../ui/usage-bar.tsx';
import { CallTable } from '../calls/call-table.tsx';
import { AgentTypeSpend } from './agent-type-spend.tsx';
import { StartHere } from './start-here.tsx';
import { Tiles } from './tiles.tsx';

const LATEST = 10;

/** Whole sentences that change only when a cap does. */
function spokenCaps(spend: readonly Spend[]): string {
  const full = spend.filter((row) => fillOf(row) === 'full').map(({ agentType }) => agentType);
  return full.length === 0 ? '' : `No room left today for ${full.join(', ')}.`;
}

export default function OverviewPage() {
  const live = { refetchInterval: LIVE_MS, staleTime: 0, placeholderData: keepPreviousData };
  const spend = useQuery({ queryKey: ['spend', 'today'], queryFn: api.spendToday, ...live });
  const latest = useQuery({
    queryKey: ['audit', 'latest'],
    queryFn: ({ signal }) => api.audit({ limit: LATEST }, signal),
    ...live,
  });
  const agentTypes = useQuery({ queryKey: ['agent-types'], queryFn: api.agentTypes });
  const noKeyYet = agentTypes.data?.data.length === 0;
  return (
    <Page
      title="Overview"
      lead="What agents spend today (UTC), against their caps. Live."
      actions={<LinkButton to="/keys">Stop an agent</LinkButton>}
    >
      <Loaded query={spend}>
        {({ data }) => (
          <>
            <Announce>{spokenCaps(data)}</Announce>
            <Tiles spend={data} agentTypes={agentTypes.data?.data} />
            {noKeyYet ? <StartHere /> : null}
            <Card title="Spend today by agent type" hint={<Link to="/spend">Over time</Link>}>
              <AgentTypeSpend spend={data} />
            </Card>
          </>
        )}
      </Loaded>
      <Card title="Latest calls" hint={<Link to="/audit">All calls</Link>}>
        <Loaded query={latest}>
          {({ data }) => (
            <CallTable
              caption="Latest calls"
              calls={data}
              empty={<Empty title="No call yet">Calls, replays and denials appear here as they happen.</Empty>}
            />
          )}
        </Loaded>
      </Card>
    </Page>
  );
}
