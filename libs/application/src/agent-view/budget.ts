import { keyCaps, type RunId } from '@keybrake/domain';
import type { AdmissionUpkeep } from '../ports/admission-store.js';
import type { BalanceReport } from '../ports/reports.js';
import type { Runtime } from '../ports/runtime.js';
import type { KeyRecord } from '../ports/vault-directory.js';
import { currentBalance } from '../reports/current-balance.js';

export interface BudgetPorts {
  readonly balances: Pick<AdmissionUpkeep, 'capStates'>;
  readonly runtime: Pick<Runtime, 'nowMs'>;
}

/**
 * Every cap that the key's next call must fit, with what the admission store enforces now: another call may have taken the
 * room by the time that this is read. The tightest first, so that the first one of a currency tells what is left.
 */
export async function budgetOf(
  { balances, runtime }: BudgetPorts,
  { key, policy }: KeyRecord,
  runId: RunId | undefined,
): Promise<readonly BalanceReport[]> {
  const caps = keyCaps(policy, key, runId);
  const used = await balances.capStates(
    key.accountId,
    caps.map((cap) => cap.counter),
  );
  const nowMs = runtime.nowMs();
  const left = ({ limitMicros, committedMicros, heldMicros }: BalanceReport) =>
    limitMicros - committedMicros - heldMicros;
  return caps.map((cap) => currentBalance(cap, used, nowMs)).sort((a, b) => (left(a) < left(b) ? -1 : 1));
}
