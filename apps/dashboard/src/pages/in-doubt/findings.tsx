import type { Reservation } from '../../api/report-types.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Time } from '../../ui/values.tsx';
import styles from './in-doubt.module.css';

/** What the resolver found out so far, and what it does next. */
export function Findings({ resolution }: Pick<Reservation, 'resolution'>) {
  if (resolution === null) return <span>not asked yet</span>;
  const { attempts, reason, nextAttemptAt } = resolution;
  return (
    <div className={styles.findings}>
      <AgentText>{reason}</AgentText>
      <span className={styles.next}>
        {attempts === 1 ? 'asked once' : `asked ${attempts} times`},{' '}
        {nextAttemptAt === null ? (
          'a person must decide'
        ) : (
          <>
            again <Time at={nextAttemptAt} relative />
          </>
        )}
      </span>
    </div>
  );
}
