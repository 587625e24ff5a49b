import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { api } from '../../api/api.ts';
import { LIVE_MS } from '../../data/live.ts';
import { useBlocked } from '../../data/session.tsx';
import { Card, Page } from '../../ui/layout.tsx';
import { Loaded } from '../../ui/states.tsx';
import { ApprovalFacts } from './approval-facts.tsx';
import { DecisionForm } from './decision-form.tsx';

export default function ApprovalPage() {
  const { id = '' } = useParams();
  const queryClient = useQueryClient();
  const tooLow = useBlocked('operator');
  const query = useQuery({
    queryKey: ['approvals', 'one', id],
    queryFn: () => api.approval(id),
    refetchInterval: LIVE_MS,
  });
  return (
    <Page title="Approval" lead="The agent sends the same call again once it is approved; it is made once.">
      <Loaded query={query}>
        {(approval) => (
          <>
            <Card title="What is asked">
              <ApprovalFacts approval={approval} />
              {approval.usedBy === null ? null : (
                <p>
                  <Link to={`/calls/${encodeURIComponent(approval.usedBy)}`}>the call that was made</Link>
                </p>
              )}
            </Card>
            {approval.state === 'waiting' ? (
              <Card title="Decide">
                <DecisionForm
                  blockedBecause={tooLow}
                  approve={(body) => api.approve(id, body)}
                  deny={(body) => api.deny(id, body)}
                  onDecided={() => void queryClient.invalidateQueries({ queryKey: ['approvals'] })}
                />
              </Card>
            ) : null}
          </>
        )}
      </Loaded>
    </Page>
  );
}
