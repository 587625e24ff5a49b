import { createContext, useContext } from 'react';
import type { Installation, Role, Session } from '../api/types.ts';

export interface SignedInAs {
  readonly session: Session;
  readonly installation: Installation;
}

export const SessionContext = createContext<SignedInAs | undefined>(undefined);

function useSignedInAs(): SignedInAs {
  const found = useContext(SessionContext);
  if (found === undefined) throw new Error('a page was shown without a session');
  return found;
}

export const useSession = (): Session => useSignedInAs().session;
export const useInstallation = (): Installation => useSignedInAs().installation;

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Why the session's role may not do this, for `blockedBecause`; undefined when it may. */
export function useBlocked(needed: Role): string | undefined {
  const { role } = useSession();
  return RANK[role] >= RANK[needed] ? undefined : `Needs the role ${needed}; yours is ${role}.`;
}
