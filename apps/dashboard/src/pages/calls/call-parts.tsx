import type { CSSProperties } from 'react';
import { Link } from 'react-router';
import type { CallLife } from '../../api/report-types.ts';
import { formatMs } from '../../format/time.ts';
import { CallState } from '../../ui/badge.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/states.tsx';
import { Time } from '../../ui/values.tsx';
import styles from './calls.module.css';
import { PHASES, RELATIONS } from './names.ts';

const share = (part: number, whole: number) =>
  ({ '--share': `${whole === 0 ? 0 : (part / whole) * 100}%` }) as CSSProperties;

/** Where the time went; the provider's part is most of it. */
export function Phases({ phases }: Pick<CallLife, 'phases'>) {
  const longest = Math.max(0, ...phases.map(({ ms }) => ms));
  return (
    <dl className={styles.phases}>
      {phases.flatMap(({ name, ms }) => [
        <dt key={`${name} name`}>{PHASES[name]}</dt>,
        <dd key={`${name} bar`} aria-hidden="true">
          <div className={styles.phaseBar} style={share(ms, longest)} />
        </dd>,
        <dd key={`${name} ms`} className={styles.phaseMs}>
          {formatMs(ms)}
        </dd>,
      ])}
    </dl>
  );
}

type Related = CallLife['related'][number];

const RELATED: readonly Column<Related>[] = [
  {
    head: 'Time',
    cell: ({ id, startedAt }) => (
      <Link to={`/calls/${encodeURIComponent(id)}`}>
        <Time at={startedAt} />
      </Link>
    ),
  },
  { head: 'What it is', cell: ({ relation }) => RELATIONS[relation] },
  { head: 'Decision', cell: ({ decision }) => <CallState state={decision} /> },
];

export const RelatedCalls = ({ related }: Pick<CallLife, 'related'>) => (
  <DataTable
    caption="Related calls"
    columns={RELATED}
    rows={related}
    rowKey={({ id, relation }) => `${relation} ${id}`}
    empty={<Empty title="No replay, no look-up" />}
  />
);

type ChainLink = CallLife['chain'][number];

const CHAIN: readonly Column<ChainLink>[] = [
  { head: 'Link', cell: ({ sequence }) => sequence },
  { head: 'Hash', cell: ({ hash }) => <span className={styles.hash}>{hash}</span> },
  { head: 'Before it', cell: ({ previousHash }) => <span className={styles.hash}>{previousHash}</span> },
  { head: 'Of the entry', cell: ({ contentHash }) => <span className={styles.hash}>{contentHash}</span> },
];

export const ChainLinks = ({ chain }: Pick<CallLife, 'chain'>) => (
  <DataTable
    caption="Links of the audit chain"
    columns={CHAIN}
    rows={chain}
    rowKey={({ sequence }) => sequence}
    empty={<Empty title="Not in the chain yet" />}
  />
);
