import { type ReactNode, useEffect, useId } from 'react';
import styles from './layout.module.css';

export interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  /** Buttons and links at the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page with its one h1; also the name of the browser's tab. */
export function Page({ title, lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Keybrake`;
  }, [title]);
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div>
          <h1 tabIndex={-1}>{title}</h1>
          {lead === undefined ? null : <p className={styles.lead}>{lead}</p>}
        </div>
        {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A section with a heading, framed. */
export function Card({ title, hint, children }: { title?: ReactNode; hint?: ReactNode; children: ReactNode }) {
  const headId = useId();
  return (
    <section className={styles.card} aria-labelledby={title === undefined ? undefined : headId}>
      {title === undefined ? null : (
        <div className={styles.cardHead}>
          <h2 id={headId}>{title}</h2>
          {hint === undefined ? null : <div className={styles.hint}>{hint}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

export const Stack = ({ children }: { children: ReactNode }) => <div className={styles.stack}>{children}</div>;
export const Row = ({ children }: { children: ReactNode }) => <div className={styles.row}>{children}</div>;
export const Grid = ({ children }: { children: ReactNode }) => <div className={styles.grid}>{children}</div>;
export const Hint = ({ children }: { children: ReactNode }) => <p className={styles.hint}>{children}</p>;
export const VisuallyHidden = ({ children }: { children: ReactNode }) => (
  <span className={styles.visuallyHidden}>{children}</span>
);

/** Names and values; values that are undefined are left out. */
export function Facts({ facts }: { facts: Readonly<Record<string, ReactNode>> }) {
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined);
  return (
    <dl className={styles.facts}>
      {shown.flatMap(([name, value]) => [<dt key={`${name}-name`}>{name}</dt>, <dd key={`${name}-value`}>{value}</dd>])}
    </dl>
  );
}
