import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { api } from '../../api/api.ts';
import type { VaultKey } from '../../api/types.ts';
import { LIVE_MS } from '../../data/live.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Badge } from '../../ui/badge.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Card, Facts, Page } from '../../ui/layout.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/values.tsx';
import { KeyBalances } from './key-balances.tsx';
import { KeyChildren } from './key-children.tsx';
import { KEY_TONES, nameOf, stateOf } from './key-state.ts';
import { KillSwitch } from './kill-switch.tsx';

function KeyFacts({ vaultKey }: { vaultKey: VaultKey }) {
  const policy = useQuery({ queryKey: ['policies', vaultKey.policyId], queryFn: () => api.policy(vaultKey.policyId) });
  const state = stateOf(vaultKey);
  return (
    <Facts
      facts={{
        State: <Badge tone={KEY_TONES[state]}>{state}</Badge>,
        Id: <AgentText mono>{vaultKey.id}</AgentText>,
        'Agent type': <AgentText>{vaultKey.agentType}</AgentText>,
        Policy: (
          <Link to={`/policies/${encodeURIComponent(vaultKey.policyId)}`}>
            <AgentText>{policy.data?.name ?? vaultKey.policyId}</AgentText>
          </Link>
        ),
        Provider: vaultKey.provider,
        Parent:
          vaultKey.parentId === null ? undefined : (
            <Link to={`/keys/${encodeURIComponent(vaultKey.parentId)}`}>
              <AgentText mono>{vaultKey.parentId}</AgentText>
            </Link>
          ),
        'Bound to run': vaultKey.runId === null ? undefined : <AgentText mono>{vaultKey.runId}</AgentText>,
        'May only': vaultKey.allowedOperations === null ? undefined : vaultKey.allowedOperations.join(', '),
        Issued: <Time at={vaultKey.createdAt} />,
        Expires: vaultKey.expiresAt === null ? 'never' : <Time at={vaultKey.expiresAt} />,
        Revoked: vaultKey.revokedAt === null ? undefined : <Time at={vaultKey.revokedAt} />,
      }}
    />
  );
}

export default function KeyPage() {
  const { id = '' } = useParams();
  const key = useQuery({ queryKey: ['vault-keys', 'one', id], queryFn: () => api.vaultKey(id) });
  const balances = useQuery({
    queryKey: ['balances', id],
    queryFn: () => api.balances(id),
    refetchInterval: LIVE_MS,
  });
  if (key.data === undefined) {
    return (
      <Page title="Key">
        <Loaded query={key}>{() => null}</Loaded>
      </Page>
    );
  }
  const vaultKey = key.data;
  return (
    <Page
      title={nameOf(vaultKey)}
      lead="One vault key: what it may still spend, and the keys minted from it."
      actions={
        <>
          <LinkButton to={`/audit?vaultKeyId=${encodeURIComponent(id)}`}>Its calls</LinkButton>
          <KillSwitch vaultKey={vaultKey} />
        </>
      }
    >
      <Card>
        <KeyFacts vaultKey={vaultKey} />
      </Card>
      <Card title="Caps" hint="live">
        <Loaded query={balances}>{({ data }) => <KeyBalances balances={data} />}</Loaded>
      </Card>
      <KeyChildren vaultKey={vaultKey} />
    </Page>
  );
}
