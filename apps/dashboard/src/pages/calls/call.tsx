import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { api } from '../../api/api.ts';
import type { CallLife } from '../../api/report-types.ts';
import { LIVE_MS } from '../../data/live.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { CallState } from '../../ui/badge.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Card, Facts, Grid, Hint, Page } from '../../ui/layout.tsx';
import { Loaded, Note } from '../../ui/states.tsx';
import { Money, Time } from '../../ui/values.tsx';
import { ChainLinks, Phases, RelatedCalls } from './call-parts.tsx';
import { CallSteps } from './call-steps.tsx';
import { amountOf, RunLink } from './call-table.tsx';

function Who({ life: { entry, keyLabel } }: { life: CallLife }) {
  return (
    <Facts
      facts={{
        'Agent type': <AgentText>{entry.agentType}</AgentText>,
        Key: (
          <Link to={`/keys/${encodeURIComponent(entry.vaultKeyId)}`}>
            <AgentText>{keyLabel ?? entry.vaultKeyId}</AgentText>
          </Link>
        ),
        Run: <RunLink runId={entry.runId} />,
        Endpoint: <AgentText mono>{entry.endpoint}</AgentText>,
        Operation: <AgentText>{`${entry.provider} ${entry.operation}`}</AgentText>,
        'Idempotency key': <AgentText mono>{entry.idempotencyKey}</AgentText>,
        Started: <Time at={entry.startedAt} />,
        Ended: <Time at={entry.endedAt} />,
      }}
    />
  );
}

function Decision({ life: { entry, policyName } }: { life: CallLife }) {
  const version = `/policies/${encodeURIComponent(entry.policyId)}?version=${entry.policyVersion}`;
  return (
    <Facts
      facts={{
        Decision: <CallState state={entry.decision} />,
        Rule: entry.rule === null ? undefined : <AgentText>{entry.rule}</AgentText>,
        Message: entry.message === null ? undefined : <AgentText>{entry.message}</AgentText>,
        Policy: (
          <Link to={version}>
            <AgentText>{policyName ?? entry.policyId}</AgentText>, version {entry.policyVersion}
          </Link>
        ),
        State: <CallState state={entry.state} />,
        Amount: <Money minor={amountOf(entry)} currency={entry.currency} />,
        'Provider’s status': entry.upstreamStatus ?? undefined,
        'Provider’s request id':
          entry.upstreamRequestId === null ? undefined : <AgentText mono>{entry.upstreamRequestId}</AgentText>,
      }}
    />
  );
}

function InDoubt({ reservation }: Pick<CallLife, 'reservation'>) {
  if (reservation?.state !== 'in_doubt') return null;
  return (
    <Note warning>
      Nobody knows yet whether the provider executed this call; its amount stays held.{' '}
      {reservation.resolution === null ? null : <AgentText>{reservation.resolution.reason}</AgentText>}{' '}
      <Link to="/in-doubt">To the queue</Link>
    </Note>
  );
}

export default function CallPage() {
  const { id = '' } = useParams();
  const call = useQuery({
    queryKey: ['call', id],
    queryFn: () => api.call(id),
    // A call that is not over yet goes on while somebody looks.
    refetchInterval: ({ state }) => (state.data?.entry.state === 'open' ? LIVE_MS : false),
  });
  return (
    <Page title="Call" lead={<AgentText mono>{id}</AgentText>} actions={<LinkButton to="/audit">All calls</LinkButton>}>
      <Loaded query={call}>
        {(life) => (
          <>
            <InDoubt reservation={life.reservation} />
            <Grid>
              <Card title="Who called what">
                <Who life={life} />
              </Card>
              <Card title="What was decided">
                <Decision life={life} />
              </Card>
            </Grid>
            <Card title="Its life" hint="each cap before and after">
              <CallSteps steps={life.steps} entry={life.entry} />
            </Card>
            <Card title="Where the time went">
              {life.phases.length === 0 ? (
                <Hint>Not measured: the call never went out, or another process ended it.</Hint>
              ) : (
                <Phases phases={life.phases} />
              )}
            </Card>
            <Card title="Related calls">
              <RelatedCalls related={life.related} />
            </Card>
            <Card title="In the audit chain" hint={<Link to="/audit">Verify</Link>}>
              <ChainLinks chain={life.chain} />
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}
