import { parseRunId, type Refusal, type RunId } from '@keybrake/domain';
import type { AdmissionStore, ReserveCommand } from '../ports/admission-store.js';
import { DependencyUnavailable, type Runtime } from '../ports/runtime.js';
import type { KeyRecord } from '../ports/vault-directory.js';
import { authenticate } from '../proxy-call/authenticate.js';
import type { IncomingCall, ProxyCallPorts } from '../proxy-call/call.js';

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
    const { record, presented } = caller;
    const outcome = await ports.admission.reserve(questionOf(ports, record));
    if (outcome.kind === 'stale_policy') {
      ports.directory.forget(record.key.accountId, record.key.id);
      continue;
    }
    if (outcome.kind !== 'refused') throw new DependencyUnavailable('The admission store');
    const { refusal } = outcome;
    const isFrozen = refusal.code === 'account_frozen';
    if (refusal !== NOTHING_ASKED && !isFrozen) return { kind: 'refused', refusal };
    return { kind: 'live', record, runId: runOf(incoming, record, presented.runId), isFrozen };
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

function runOf({ headers }: IncomingCall, { key }: KeyRecord, presented: RunId | undefined): RunId | undefined {
  return key.boundRunId ?? presented ?? parseRunId(headers['keybrake-run-id']?.[0] ?? '');
}
