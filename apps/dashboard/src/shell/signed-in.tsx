import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Navigate, useLocation } from 'react-router';
import { api } from '../api/api.ts';
import { ApiProblem } from '../api/http.ts';
import { SessionContext } from '../data/session.tsx';
import { learnCurrencies } from '../format/money.ts';
import { Loading, ProblemNote } from '../ui/states.tsx';
import { Shell } from './shell.tsx';

/** Everything but the sign-in page: asks who is signed in, and sends those who are not to sign in first. */
export function SignedIn() {
  const location = useLocation();
  const session = useQuery({ queryKey: ['session'], queryFn: api.currentSession, staleTime: 60_000 });
  const installation = useQuery({
    queryKey: ['installation'],
    queryFn: async () => {
      const found = await api.installation();
      learnCurrencies(found.currencies);
      return found;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const signedInAs = useMemo(
    () => session.data && installation.data && { session: session.data, installation: installation.data },
    [session.data, installation.data],
  );
  if (session.error instanceof ApiProblem && session.error.status === 401) {
    const next = encodeURIComponent(location.pathname + location.search);
    const ended = session.data === undefined ? '' : '&problem=session_ended';
    return <Navigate to={`/sign-in?next=${next}${ended}`} replace />;
  }
  if (signedInAs !== undefined) {
    return (
      <SessionContext value={signedInAs}>
        <Shell />
      </SessionContext>
    );
  }
  const problem = session.error ?? installation.error;
  return problem === null ? <Loading /> : <ProblemNote problem={problem} onRetry={() => void session.refetch()} />;
}
