import type { Approval } from '../../api/types.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Facts } from '../../ui/layout.tsx';
import { Time } from '../../ui/values.tsx';
import { ApprovalState } from './approval-state.tsx';

/** What is asked, and what people have said. */
export function ApprovalFacts({ approval }: { approval: Approval }) {
  const { votes, approvers, runId } = approval;
  return (
    <>
      <Facts
        facts={{
          State: <ApprovalState state={approval.state} />,
          Call: <AgentText mono>{`${approval.provider} ${approval.endpoint}`}</AgentText>,
          Amount: approval.amount,
          'Agent type': <AgentText>{approval.agentType}</AgentText>,
          Run: runId === null ? undefined : <AgentText mono>{runId}</AgentText>,
          Asked: <Time at={approval.requestedAt} />,
          Until: <Time at={approval.expiresAt} />,
          Takes: approvers === 1 ? 'one person' : `${approvers} different people`,
        }}
      />
      {votes.length === 0 ? null : (
        <ul aria-label="What people said">
          {votes.map(({ decision, by, note, at }) => (
            <li key={`${by} ${decision}`}>
              <AgentText>{`${decision} by ${by}${note === null ? '' : `: ${note}`}`}</AgentText>, <Time at={at} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
