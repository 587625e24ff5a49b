import type { ReactNode } from 'react';
import { ApiProblem } from '../api/http.ts';
import { AgentText } from './agent-text.tsx';
import { Button, LinkButton } from './button.tsx';
import { Page, VisuallyHidden } from './layout.tsx';
import styles from './states.module.css';

/** Said where a list has nothing: what would be here, and what to do about it. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      {children === undefined ? null : <div className={styles.emptyText}>{children}</div>}
      {action}
    </div>
  );
}

export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <div className={styles.waiting} aria-busy="true">
      <VisuallyHidden>{what}</VisuallyHidden>
      <div className={styles.bone} />
      <div className={styles.bone} />
      <div className={styles.bone} />
    </div>
  );
}

/** What the API refused and why; a role that is too low is told as such. */
export function ProblemNote({ problem, onRetry }: { problem: unknown; onRetry?: () => void }) {
  const known = problem instanceof ApiProblem ? problem : undefined;
  return (
    <div className={styles.problem} role="alert">
      <strong>{known?.title ?? 'Something went wrong'}</strong>
      <p>
        <AgentText>{known?.message ?? 'The dashboard failed to show this. Reload the page.'}</AgentText>
      </p>
      {known === undefined || known.errors.length === 0 ? null : (
        <ul>
          {known.errors.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`}>
              <code>{pointer}</code> <AgentText>{detail}</AgentText>
            </li>
          ))}
        </ul>
      )}
      {onRetry === undefined ? null : (
        <Button small onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Note({ warning = false, children }: { warning?: boolean; children: ReactNode }) {
  return <div className={warning ? `${styles.note} ${styles.warning}` : styles.note}>{children}</div>;
}

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly refetch: () => Promise<unknown>;
}

/** The three faces of a query: waiting, refused, there. What is there stays while a later question fails. */
export function Loaded<T>({ query, children }: { query: Asked<T>; children: (data: T) => ReactNode }) {
  const { data, error, refetch } = query;
  if (data !== undefined) return children(data);
  if (error !== null) return <ProblemNote problem={error} onRetry={() => void refetch()} />;
  return <Loading />;
}

export function NotFound() {
  return (
    <Page title="Not found">
      <Empty title="There is no such page" action={<LinkButton to="/">Go to the overview</LinkButton>} />
    </Page>
  );
}
