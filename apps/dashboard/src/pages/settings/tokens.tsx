import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { Token } from '../../api/types.ts';
import { usePages } from '../../data/pages.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Card } from '../../ui/layout.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { showToast } from '../../ui/toasts.tsx';
import { Time } from '../../ui/values.tsx';
import { IssueToken } from './issue-token.tsx';

const PER_PAGE = 50;

function stateOf({ revokedAt, expiresAt }: Token): 'live' | 'revoked' | 'expired' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'live';
}

/** Tokens of the admin API: for scripts, and for people to sign in with. */
export function Tokens() {
  const queryClient = useQueryClient();
  const [issuing, setIssuing] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  const { rows, more, query } = usePages(['tokens'], (cursor) => api.tokens({ limit: PER_PAGE, cursor }));
  const revoke = async (token: Token) => {
    await api.revokeToken(token.id);
    setRevoking(undefined);
    showToast(`${token.name} is revoked.`);
    await queryClient.invalidateQueries({ queryKey: ['tokens'] });
  };
  const columns: readonly Column<Token>[] = [
    { head: 'Name', cell: ({ name }) => <AgentText>{name}</AgentText> },
    { head: 'Role', cell: ({ role }) => role },
    {
      head: 'State',
      cell: (token) => <Badge tone={stateOf(token) === 'live' ? 'good' : 'neutral'}>{stateOf(token)}</Badge>,
    },
    { head: 'Issued', cell: ({ createdAt }) => <Time at={createdAt} /> },
    { head: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Time at={lastUsedAt} />) },
    { head: 'Expires', cell: ({ expiresAt }) => (expiresAt === null ? 'never' : <Time at={expiresAt} />) },
    {
      head: 'Revoke',
      number: true,
      cell: (token) => (
        <Button
          small
          look="danger"
          blockedBecause={stateOf(token) === 'live' ? undefined : 'It is not live.'}
          aria-label={`Revoke ${token.name}`}
          onClick={() => setRevoking(token)}
        >
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <Card
      title="API tokens"
      hint={
        <Button small onClick={() => setIssuing(true)}>
          Issue a token
        </Button>
      }
    >
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="API tokens"
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            more={more}
            empty={<Empty title="No token" />}
          />
        )}
      </Loaded>
      {issuing ? <IssueToken onClose={() => setIssuing(false)} /> : null}
      {revoking === undefined ? null : (
        <Confirm
          title={
            <>
              Revoke <AgentText>{revoking.name}</AgentText>?
            </>
          }
          confirm="Revoke the token"
          danger
          onConfirm={() => revoke(revoking)}
          onClose={() => setRevoking(undefined)}
        >
          Whoever uses it is signed out at once, browsers too. This can’t be undone.
        </Confirm>
      )}
    </Card>
  );
}
