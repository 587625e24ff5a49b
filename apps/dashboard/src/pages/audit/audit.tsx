import { Radio } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { api } from '../../api/api.ts';
import { useFilters } from '../../data/filters.ts';
import type { TailState } from '../../data/live.ts';
import { usePages } from '../../data/pages.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Hint, Page } from '../../ui/layout.tsx';
import { Announce } from '../../ui/live-region.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { CallTable } from '../calls/call-table.tsx';
import styles from './audit.module.css';
import { AuditFilterForm } from './audit-filters.tsx';
import { ChainCard } from './chain-card.tsx';
import { Download } from './download.tsx';
import { AUDIT_FILTERS, isFiltered, NO_FILTERS } from './filter-names.ts';
import { mergeEntries, useLiveEntries } from './live-entries.ts';

const PER_PAGE = 50;

const TAIL: Readonly<Record<TailState, { readonly tone: Tone; readonly text: string }>> = {
  connecting: { tone: 'busy', text: 'connecting' },
  live: { tone: 'good', text: 'live' },
  broken: { tone: 'warn', text: 'connecting again' },
  refused: { tone: 'bad', text: 'refused: turn it on again' },
};

export default function AuditPage() {
  const { filters, set } = useFilters(AUDIT_FILTERS);
  const asked = useDeferredValue(filters);
  const [live, setLive] = useState(false);
  const tail = useLiveEntries(live ? api.auditTailUrl(asked) : undefined);
  const { rows, more, query } = usePages(['audit', 'search', asked], (cursor, signal) =>
    api.audit({ ...asked, limit: PER_PAGE, cursor }, signal),
  );
  const { tone, text } = TAIL[tail.state];
  return (
    <Page
      title="Audit"
      lead="Every call, replay and denial, newest first."
      actions={
        <>
          <Download filters={filters} />
          <Button aria-pressed={live} look={live ? 'primary' : 'plain'} onClick={() => setLive(!live)}>
            <Radio size={15} aria-hidden="true" /> Live
          </Button>
        </>
      }
    >
      <AuditFilterForm filters={filters} onChange={set} />
      {live ? (
        <div className={styles.live}>
          <Badge tone={tone}>{text}</Badge>
          <Hint>New calls appear at the top as they happen, and change as they go on.</Hint>
          <Announce>{`The live tail is ${text}.`}</Announce>
        </div>
      ) : null}
      <Loaded query={query}>
        {() => (
          <CallTable
            caption="Calls"
            calls={mergeEntries(tail.entries, rows)}
            more={more}
            empty={
              isFiltered(filters) ? (
                <Empty
                  title={more === undefined ? 'Nothing matches' : 'Nothing on this page'}
                  action={<Button onClick={() => set(NO_FILTERS)}>Show all calls</Button>}
                />
              ) : (
                <Empty title="No call yet">Calls, replays and denials appear here as they happen.</Empty>
              )
            }
          />
        )}
      </Loaded>
      <ChainCard />
    </Page>
  );
}
