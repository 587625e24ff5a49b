import type { VaultKey } from '../../api/types.ts';
import type { Tone } from '../../ui/badge.tsx';

export type KeyState = 'live' | 'revoked' | 'expired';

export function stateOf({ revokedAt, expiresAt }: VaultKey, nowMs = Date.now()): KeyState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= nowMs ? 'expired' : 'live';
}

export const KEY_TONES: Record<KeyState, Tone> = { live: 'good', revoked: 'bad', expired: 'neutral' };

/** What a person calls the key: its label, else its id. */
export const nameOf = ({ label, id }: VaultKey): string => label ?? id;
