import { type ApprovalPorts, tellDecision } from '../governance/approvals.js';

const BATCH_MAX = 100;
/** Clocks differ: the admission store itself refuses by its own. */
const MARGIN_MS = 1_000;

/**
 * Ends what nobody decided or used in time, and tells the admission store what it may not have been told: a decision outlives
 * the process that took it. Returns true when there may be more.
 */
export async function settleApprovals(ports: ApprovalPorts): Promise<boolean> {
  const expired = await ports.approvals.expireDue(ports.runtime.nowMs() - MARGIN_MS, BATCH_MAX);
  const untold = await ports.approvals.untold(BATCH_MAX);
  for (const approval of untold) await tellDecision(ports, approval);
  return expired === BATCH_MAX || untold.length === BATCH_MAX;
}
