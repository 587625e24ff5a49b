import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { AgentType, Spend } from '../../api/types.ts';
import { accountQuery } from '../../shell/frozen-notice.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Count } from '../../ui/values.tsx';
import styles from './overview.module.css';

interface TileProps {
  readonly name: string;
  readonly to: string;
  readonly children: ReactNode;
  readonly note?: ReactNode;
}

function Tile({ name, to, children, note }: TileProps) {
  return (
    <Link to={to} className={styles.tile ?? ''}>
      <span className={styles.tileName}>{name}</span>
      <span className={styles.tileValue}>{children}</span>
      <span className={styles.tileNote}>{note}</span>
    </Link>
  );
}

const total = (spend: readonly Spend[], of: 'calls' | 'denials') => spend.reduce((sum, row) => sum + row[of], 0);
const IN_DOUBT_PAGE = 100;
const IN_DOUBT_POLL_MS = 5_000;

export function Tiles({
  spend,
  agentTypes,
}: {
  spend: readonly Spend[];
  agentTypes: readonly AgentType[] | undefined;
}) {
  const account = useQuery(accountQuery);
  const inDoubt = useQuery({
    queryKey: ['reservations', 'in_doubt', 'count'],
    queryFn: () => api.reservations({ state: 'in_doubt', limit: IN_DOUBT_PAGE }),
    refetchInterval: IN_DOUBT_POLL_MS,
  });
  const doubts = inDoubt.data?.data.length ?? 0;
  const live = agentTypes?.reduce((sum, { liveKeys }) => sum + liveKeys, 0);
  const frozen = account.data?.frozen ?? null;
  return (
    <div className={styles.tiles}>
      <Tile name="Calls today" to="/audit" note="all agent types">
        <Count value={total(spend, 'calls')} />
      </Tile>
      <Tile name="Denied today" to="/audit?decision=denied" note="refused before they were sent">
        <Count value={total(spend, 'denials')} />
      </Tile>
      <Tile
        name="In doubt"
        to="/in-doubt"
        note={doubts === 0 ? <Badge tone="good">none</Badge> : <Badge tone="warn">not settled</Badge>}
      >
        {doubts}
        {inDoubt.data?.nextCursor ? '+' : ''}
      </Tile>
      <Tile
        name="Live keys"
        to="/keys?state=live"
        note={frozen === null ? <Badge tone="good">calls pass</Badge> : <Badge tone="bad">account frozen</Badge>}
      >
        {live === undefined ? '–' : <Count value={live} />}
      </Tile>
    </div>
  );
}
