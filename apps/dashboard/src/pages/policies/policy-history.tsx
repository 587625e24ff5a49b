import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { Policy } from '../../api/types.ts';
import { usePages } from '../../data/pages.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Card } from '../../ui/layout.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/values.tsx';
import styles from './policies.module.css';

const PER_PAGE = 20;

/** All versions: none ever changes, and the audit names the one that decided. */
export function PolicyHistory({ policy }: { policy: Policy }) {
  const [shown, setShown] = useState<number>();
  const { rows, more, query } = usePages(['policies', policy.id, 'versions'], (cursor) =>
    api.policyVersions(policy.id, { limit: PER_PAGE, cursor }),
  );
  const columns: readonly Column<Policy>[] = [
    { head: 'Version', cell: ({ version }) => (version === policy.version ? `${version}, current` : version) },
    { head: 'Name', cell: ({ name }) => <AgentText cut>{name}</AgentText> },
    { head: 'Saved', cell: ({ versionCreatedAt }) => <Time at={versionCreatedAt} /> },
    {
      head: 'What changed',
      number: true,
      cell: ({ version }) =>
        version === 1 ? (
          'the first'
        ) : (
          <Button
            small
            aria-expanded={shown === version}
            onClick={() => setShown(shown === version ? undefined : version)}
          >
            {shown === version ? 'Hide' : `Compare with ${version - 1}`}
          </Button>
        ),
    },
  ];
  return (
    <Card title="History">
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="Versions of this policy"
            columns={columns}
            rows={rows}
            rowKey={({ version }) => String(version)}
            more={more}
            empty={<Empty title="No version" />}
          />
        )}
      </Loaded>
      {shown === undefined ? null : <PolicyDifference policyId={policy.id} version={shown} />}
    </Card>
  );
}

const shownValue = (value: unknown) => (value === null || value === undefined ? '–' : JSON.stringify(value, null, 2));

function PolicyDifference({ policyId, version }: { policyId: string; version: number }) {
  const difference = useQuery({
    queryKey: ['policies', policyId, 'diff', version],
    queryFn: () => api.policyDiff(policyId, version - 1, version),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Loaded query={difference}>
      {({ from, to, changes }) => (
        <section aria-label={`Changes from version ${from} to ${to}`}>
          {changes.length === 0 ? (
            <p>
              Nothing differs between version {from} and {to}.
            </p>
          ) : null}
          {changes.map(({ path, before, after }) => (
            <div key={path} className={styles.change}>
              <code className={styles.path}>{path}</code>
              <pre className={styles.before}>
                <span className={styles.hidden}>before: </span>
                {shownValue(before)}
              </pre>
              <pre className={styles.after}>
                <span className={styles.hidden}>after: </span>
                {shownValue(after)}
              </pre>
            </div>
          ))}
        </section>
      )}
    </Loaded>
  );
}
