import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { AgentText } from '../ui/agent-text.tsx';
import styles from './shell.module.css';

const POLL_MS = 5_000;

export const accountQuery = { queryKey: ['account'], queryFn: api.account, refetchInterval: POLL_MS } as const;

/** Above every page: nothing is spent while the account is frozen. */
export function FrozenNotice() {
  const { data } = useQuery(accountQuery);
  if (data?.frozen === null || data === undefined) return null;
  return (
    <div className={styles.frozen} role="alert">
      The account is frozen, every call is refused: <AgentText>{data.frozen}</AgentText>
    </div>
  );
}
