import type { VaultKeyId } from '@keybrake/domain';

const KEYS_MAX = 1_000;

/**
 * What a metric calls a call's vault key: its id, for the first thousand of this process; then `other`, which is no id.
 * Nothing for a stranger: what callers make up names no series.
 */
export function vaultKeyLabels(keysMax = KEYS_MAX): (id: VaultKeyId | undefined) => { vault_key: string } {
  const known = new Set<VaultKeyId>();
  return (id) => {
    if (id === undefined) return { vault_key: '' };
    if (!known.has(id) && known.size >= keysMax) return { vault_key: 'other' };
    known.add(id);
    return { vault_key: id };
  };
}
