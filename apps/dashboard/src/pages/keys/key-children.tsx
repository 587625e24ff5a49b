import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { VaultKey } from '../../api/types.ts';
import { usePages } from '../../data/pages.ts';
import { useBlocked } from '../../data/session.tsx';
import { AgentText } from '../../ui/agent-text.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Card } from '../../ui/layout.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/values.tsx';
import { KEY_TONES, nameOf, stateOf } from './key-state.ts';
import { KillSwitch } from './kill-switch.tsx';
import { MintChild } from './mint-child.tsx';

const PER_PAGE = 20;

const COLUMNS: readonly Column<VaultKey>[] = [
  {
    head: 'Run',
    cell: (key) => (
      <AgentText mono cut>
        {key.runId}
      </AgentText>
    ),
  },
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
  { head: 'State', cell: (key) => <Badge tone={KEY_TONES[stateOf(key)]}>{stateOf(key)}</Badge> },
  { head: 'Minted', cell: (key) => <Time at={key.createdAt} /> },
  { head: 'Kill switch', number: true, cell: (key) => <KillSwitch vaultKey={key} small /> },
];

/** Keys for single runs: never wider than their parent, revoked with it. */
export function KeyChildren({ vaultKey }: { vaultKey: VaultKey }) {
  const tooLow = useBlocked('admin');
  const [minting, setMinting] = useState(false);
  const { rows, more, query } = usePages(['vault-keys', 'children', vaultKey.id], (cursor, signal) =>
    api.vaultKeys({ parentId: vaultKey.id, limit: PER_PAGE, cursor }, signal),
  );
  const dead = stateOf(vaultKey) === 'live' ? undefined : 'A key that is not live mints no other.';
  return (
    <Card
      title="Keys for single runs"
      hint={
        <Button small blockedBecause={dead ?? tooLow} onClick={() => setMinting(true)}>
          Mint a key for a run
        </Button>
      }
    >
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="Keys minted from this one"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ id }) => id}
            more={more}
            empty={<Empty title="None">A pipeline can have a key of its own for each run, with smaller caps.</Empty>}
          />
        )}
      </Loaded>
      {minting ? <MintChild parent={vaultKey} onClose={() => setMinting(false)} /> : null}
    </Card>
  );
}
