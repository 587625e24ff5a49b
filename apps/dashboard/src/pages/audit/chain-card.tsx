import { useMutation } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import type { AuditCheckpoint, AuditVerification } from '../../api/report-types.ts';
import { usePages } from '../../data/pages.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Card, Hint, Stack } from '../../ui/layout.tsx';
import { Empty, Loaded, Note, ProblemNote } from '../../ui/states.tsx';
import { Count, Time } from '../../ui/values.tsx';
import styles from './audit.module.css';

const PER_PAGE = 10;

const COLUMNS: readonly Column<AuditCheckpoint>[] = [
  { head: 'Day (UTC)', cell: ({ day }) => day },
  { head: 'Keys', number: true, cell: ({ keys }) => <Count value={keys} /> },
  { head: 'Links', number: true, cell: ({ links }) => <Count value={links} /> },
  { head: 'Hash', cell: ({ hash }) => <span className={styles.hash}>{hash}</span> },
  { head: 'Written', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

type OfAccount = Extract<AuditVerification, { checkpoints: unknown }>;

/** Every chain of the account walked from its start, and the checkpoints of past days. */
export function ChainCard() {
  const verify = useMutation({ mutationFn: api.verifyAudit });
  const { rows, more, query } = usePages(['checkpoints'], (cursor) => api.checkpoints({ limit: PER_PAGE, cursor }));
  return (
    <Card title="Is it as it was written?" hint="each key’s entries are a hash chain">
      <Stack>
        <Hint>
          An entry that was edited, removed or put elsewhere breaks its key’s chain; a chain that was cut off does not
          come to what the checkpoint of its day says.
        </Hint>
        <div>
          <Button busy={verify.isPending} onClick={() => verify.mutate()}>
            <ShieldCheck size={15} aria-hidden="true" /> Verify everything
          </Button>
        </div>
        <div role="status">
          {verify.data !== undefined && 'checkpoints' in verify.data ? <Finding found={verify.data} /> : null}
        </div>
        {verify.error === null ? null : <ProblemNote problem={verify.error} />}
        <Loaded query={query}>
          {() => (
            <DataTable
              caption="Daily checkpoints"
              columns={COLUMNS}
              rows={rows}
              rowKey={({ day }) => day}
              more={more}
              empty={<Empty title="No checkpoint yet">The first is written when a UTC day with calls has ended.</Empty>}
            />
          )}
        </Loaded>
      </Stack>
    </Card>
  );
}

function Finding({ found: { valid, keys, links, prunedLinks, firstBad, checkpoints } }: { found: OfAccount }) {
  if (valid) {
    return (
      <Note>
        All as it was written: <Count value={links} /> links of <Count value={keys} /> keys,{' '}
        <Count value={checkpoints.count} /> checkpoints.
        {prunedLinks === 0 ? null : (
          <>
            {' '}
            <Count value={prunedLinks} /> older links were dropped by age.
          </>
        )}
      </Note>
    );
  }
  return (
    <Note warning>
      {firstBad === null ? null : (
        <p>
          <strong>Link {firstBad.sequence}</strong> of key{' '}
          <Link to={`/keys/${encodeURIComponent(firstBad.vaultKeyId)}`}>
            <AgentText mono>{firstBad.vaultKeyId}</AgentText>
          </Link>
          : {firstBad.problem}.{' '}
          {firstBad.entryId === null ? null : (
            <Link to={`/calls/${encodeURIComponent(firstBad.entryId)}`}>
              <AgentText mono>{firstBad.entryId}</AgentText>
            </Link>
          )}
        </p>
      )}
      {checkpoints.firstBad === null ? null : (
        <p>
          <strong>Checkpoint of {checkpoints.firstBad.day}</strong>:{' '}
          <AgentText>{checkpoints.firstBad.problem}</AgentText>.
        </p>
      )}
    </Note>
  );
}
