import type { AdmissionKey } from '../ports/admission-store.js';
import type { PolicyVersionRef } from '../ports/governance-store.js';
import type { GovernancePorts } from './governance.js';

const CHUNK = 500;
const AT_ONCE = 4;

export interface Republished {
  readonly policies: number;
  readonly keys: number;
}

/**
 * Tells the admission store of every policy version and key on record: at start, or after it was lost. Safe at any time
 * and beside other writers, since neither a lower version nor a missing revocation takes anything back.
 */
export async function republishAdmission(ports: Pick<GovernancePorts, 'store' | 'admission'>): Promise<Republished> {
  const { store, admission } = ports;
  const policies = await inChunks(
    (last: PolicyVersionRef | undefined) => store.policyVersionsAfter(last, CHUNK),
    (ref) => admission.putPolicyVersion(ref.accountId, ref.policyId, ref.version),
  );
  const keys = await inChunks(
    (last: AdmissionKey | undefined) => store.admissionKeysAfter(last, CHUNK),
    (key) => admission.putKey(key),
  );
  return { policies, keys };
}

async function inChunks<T>(
  read: (last: T | undefined) => Promise<readonly T[]>,
  put: (item: T) => Promise<void>,
): Promise<number> {
  let total = 0;
  for (let chunk = await read(undefined); chunk.length > 0; chunk = await read(chunk.at(-1))) {
    for (let start = 0; start < chunk.length; start += AT_ONCE) {
      await Promise.all(chunk.slice(start, start + AT_ONCE).map(put));
    }
    total += chunk.length;
  }
  return total;
}
