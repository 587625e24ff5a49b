import type { Refusal, RunId } from '@keybrake/domain';
import type { AdmissionStore, ReserveCommand } from '../ports/admission-store.js';
import { DependencyUnavailable, type Runtime } from '../ports/runtime.js';
import type { KeyRecord } from '../ports/vault-directory.js';
import { authenticate, type Caller } from '../proxy-call/authenticate.js';
import type { IncomingCall, ProxyCallPorts } from '../proxy-call/call.js';
import { runIdOf } from '../proxy-call/run-id.js';

/** Whose key it is, as the admission store has it now: revoked and expired keys see nothing. */
export type Standing =
  | { readonly kind: 'live'; readonly record: KeyRecord; readonly runId: RunId | undefined; readonly isFrozen: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface StandingPorts extends Pick<ProxyCallPorts, 'digests' | 'directory' | 'providers'> {
  readonly admission: Pick<AdmissionStore, 'reserve'>;
  readonly runtime: Pick<Runtime, 'newReservationId'>;
}

const READS_MAX = 3;
/** Refused by the caller before the store is asked for anything: what it answers is what comes before (R7). */
const NOTHING_ASKED: Refusal = { code: 'run_id_required' };

export async function standingOf(ports: StandingPorts, incoming: IncomingCall): Promise<Standing> {
  for (let reads = 1; reads <= READS_MAX; reads += 1) {
    const caller = await authenticate(ports, incoming);
    if (caller === undefined) return { kind: 'refused', refusal: { code: 'key_invalid' } };
    const { record } = caller;
    const outcome = await ports.admission.reserve(questionOf(ports, record));
    if (outcome.kind === 'stale_policy') {
      ports.directory.forget(record.key.accountId, record.key.id);
      continue;
    }
    if (outcome.kind !== 'refused') throw new DependencyUnavailable('The admission store');
    const { refusal } = outcome;
    const isFrozen = refusal.code === 'account_frozen';
    if (refusal !== NOTHING_ASKED && !isFrozen) return { kind: 'refused', refusal };
    return named(incoming, caller, isFrozen);
  }
  throw new DependencyUnavailable('The current policy');
}

/** A reserve that the policy has refused: it holds and claims nothing, and tells whether the line of keys is alive. */
function questionOf({ runtime }: StandingPorts, { key, policy }: KeyRecord): ReserveCommand {
  return {
    reservationId: runtime.newReservationId(),
    accountId: key.accountId,
    lineage: key.lineage,
    policyId: policy.id,
    policyVersion: policy.version,
    refusal: NOTHING_ASKED,
    claim: undefined,
    meters: [],
    holds: [],
  };
}

/** With the run that a call of it would be counted to, or refused as that call would be. */
function named(incoming: IncomingCall, caller: Caller, isFrozen: boolean): Standing {
  const { record } = caller;
  const { boundRunId } = record.key;
  const runId = runIdOf(incoming, caller);
  if (typeof runId === 'object')
    return { kind: 'refused', refusal: { code: 'invalid_request', message: runId.invalid } };
  if (boundRunId !== undefined && runId !== boundRunId)
    return { kind: 'refused', refusal: { code: 'run_id_mismatch' } };
  return { kind: 'live', record, runId, isFrozen };
}
