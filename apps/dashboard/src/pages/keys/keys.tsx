import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { VaultKey } from '../../api/types.ts';
import { useFilters } from '../../data/filters.ts';
import { usePages } from '../../data/pages.ts';
import { useBlocked } from '../../data/session.tsx';
import { AgentText } from '../../ui/agent-text.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Page } from '../../ui/layout.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/values.tsx';
import { IssueKey } from './issue-key.tsx';
import { KeyFilters } from './key-filters.tsx';
import { KEY_TONES, nameOf, stateOf } from './key-state.ts';
import { KillSwitch } from './kill-switch.tsx';

const PER_PAGE = 50;
const FILTERS = ['agentType', 'policyId', 'state', 'search'] as const;

function useColumns(): readonly Column<VaultKey>[] {
  const policies = useQuery({ queryKey: ['policies', 'names'], queryFn: () => api.policies({ limit: 100 }) });
  const names = new Map(policies.data?.data.map(({ id, name }) => [id, name]));
  return [
    {
      head: 'Key',
      cell: (key) => (
        <Link to={`/keys/${encodeURIComponent(key.id)}`}>
          <AgentText cut mono={key.label === null}>
            {nameOf(key)}
          </AgentText>
        </Link>
      ),
    },
    { head: 'Agent type', cell: (key) => <AgentText cut>{key.agentType}</AgentText> },
    {
      head: 'Policy',
      cell: (key) => (
        <Link to={`/policies/${encodeURIComponent(key.policyId)}`}>
          <AgentText cut>{names.get(key.policyId) ?? key.policyId}</AgentText>
        </Link>
      ),
    },
    { head: 'Provider', cell: (key) => key.provider },
    {
      head: 'State',
      cell: (key) => {
        const state = stateOf(key);
        return <Badge tone={KEY_TONES[state]}>{state}</Badge>;
      },
    },
    { head: 'Issued', cell: (key) => <Time at={key.createdAt} /> },
    { head: 'Kill switch', number: true, cell: (key) => <KillSwitch vaultKey={key} small /> },
  ];
}

export default function KeysPage() {
  const { filters, set } = useFilters(FILTERS);
  const asked = useDeferredValue(filters);
  const columns = useColumns();
  const tooLow = useBlocked('admin');
  const [issuing, setIssuing] = useState(false);
  const { rows, more, query } = usePages(['vault-keys', asked], (cursor, signal) =>
    api.vaultKeys({ ...asked, limit: PER_PAGE, cursor }, signal),
  );
  const filtered = Object.values(filters).some((value) => value !== '');
  return (
    <Page
      title="Keys"
      lead="Each agent has a vault key instead of the real one. Stop it here; it is in force on every gateway at once."
      actions={
        <Button look="primary" blockedBecause={tooLow} onClick={() => setIssuing(true)}>
          <Plus size={15} aria-hidden="true" /> Issue a key
        </Button>
      }
    >
      <KeyFilters filters={filters} onChange={set} />
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="Vault keys"
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            more={more}
            empty={
              filtered ? (
                <Empty
                  title="No key matches"
                  action={
                    <Button onClick={() => set({ agentType: '', policyId: '', state: '', search: '' })}>
                      Show all keys
                    </Button>
                  }
                />
              ) : (
                <Empty title="No vault key yet" action={<LinkButton to="/onboarding">Get started</LinkButton>}>
                  An agent calls with a vault key; its policy says what that key may do and spend.
                </Empty>
              )
            }
          />
        )}
      </Loaded>
      {issuing ? <IssueKey onClose={() => setIssuing(false)} /> : null}
    </Page>
  );
}
