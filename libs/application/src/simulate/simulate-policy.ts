import {
  type AccountId,
  describeRefusal,
  formatMoney,
  type Money,
  type Policy,
  type PolicyId,
  type RunId,
  spanAt,
  type VaultKey,
  type VaultKeyId,
  windowCandidates,
} from '@keybrake/domain';
import type { GovernancePorts } from '../governance/governance.js';
import { refuseProblems } from '../governance/governance-error.js';
import { type PolicyDraft, policyProblems } from '../governance/policy-rules.js';
import type { ApprovalClaim } from '../ports/admission-store.js';
import type { Digests } from '../ports/digests.js';
import type { RecordedCall, RecordedCalls } from '../ports/recorded-calls.js';
import { meterCounter, reserveCommand } from '../proxy-call/reserve.js';
import { Endings } from './endings.js';
import { type Judged, RecordedJudge } from './recorded-facts.js';
import { SimulatedAdmission } from './simulated-admission.js';
import { type Decided, type SimulationResult, SimulationTally } from './simulation-tally.js';

export type { SimulationChange, SimulationExample, SimulationResult, SimulationSide } from './simulation-tally.js';

export interface SimulationPorts {
  readonly providers: GovernancePorts['providers'];
  readonly digests: Pick<Digests, 'sha256'>;
  readonly calls: RecordedCalls;
  readonly store: Pick<GovernancePorts['store'], 'findVaultKey'>;
}

export interface SimulationRequest {
  readonly accountId: AccountId;
  readonly draft: PolicyDraft;
  /** Only calls that this policy has decided; undefined: all of the draft's provider. */
  readonly policyId: PolicyId | undefined;
  readonly fromMs: number;
  readonly toMs: number;
}

const CALLS_MAX = 1_000_000;

/**
 * Runs recorded calls through the evaluation and the admission that calls go through: what the policy would have decided, had
 * it been in force since `fromMs`. Caps begin with what their counters had used then; a cap that is new begins with nothing,
 * as it would have. Other calls of the account count as they were. A call that was denied and would be allowed is taken
 * to spend what it asked for, at once. Throws `GovernanceError` (invalid) and `DependencyUnavailable`.
 */
export async function simulatePolicy(ports: SimulationPorts, request: SimulationRequest): Promise<SimulationResult> {
  const { accountId, draft, policyId, fromMs, toMs } = request;
  refuseProblems(policyProblems(ports.providers, draft));
  const count = await ports.calls.count(accountId, fromMs, toMs);
  if (count > CALLS_MAX) {
    const detail = `${count} calls were recorded in this period; at most ${CALLS_MAX} can be simulated: make it shorter.`;
    refuseProblems([{ pointer: '/from', detail }]);
  }
  const id = policyId ?? ('pol_simulated' as PolicyId);
  const policy: Policy = { ...draft, id, accountId, version: 1, mode: 'enforce' };
  const simulation = new Simulation(ports, policy, policyId);
  await simulation.begin(fromMs);
  for await (const page of ports.calls.between(accountId, fromMs, toMs)) await simulation.replay(page);
  return simulation.result();
}

class Simulation {
  readonly #ports: SimulationPorts;
  readonly #policy: Policy;
  readonly #policyId: PolicyId | undefined;
  readonly #judge: RecordedJudge;
  readonly #admission = new SimulatedAdmission();
  readonly #endings = new Endings();
  readonly #tally = new SimulationTally();
  readonly #decided = new Set<string>();
  readonly #keys = new Map<VaultKeyId, VaultKey | undefined>();

  constructor(ports: SimulationPorts, policy: Policy, policyId: PolicyId | undefined) {
    this.#ports = ports;
    this.#policy = policy;
    this.#policyId = policyId;
    this.#judge = new RecordedJudge(ports.providers, policy);
  }

  async begin(fromMs: number): Promise<void> {
    const { accountId, requestsPerMonth, timeZone } = this.#policy;
    const { calls } = this.#ports;
    this.#admission.loadBalances(await calls.balancesAt(accountId, fromMs));
    for (const call of await calls.underWayAt(accountId, fromMs)) this.#endShares(call);
    const month = spanAt(windowCandidates('month', timeZone, fromMs), fromMs);
    if (requestsPerMonth === undefined || month === undefined) return;
    for (const [rootKeyId, used] of await calls.admittedByRootKey(accountId, month.startsAtMs, fromMs)) {
      this.#admission.loadMeter(meterCounter('quota', rootKeyId, this.#policy), month.id, used);
    }
  }

  async replay(calls: readonly RecordedCall[]): Promise<void> {
    for (const call of calls) {
      this.#endings.runUntil(call.startedAtMs);
      if (this.#isReplayed(call)) this.#tally.add(call, recordedDecision(call), await this.#decide(call));
      else this.#countAsRecorded(call);
    }
  }

  result(): SimulationResult {
    return this.#tally.result();
  }

  #isReplayed({ policyId, provider }: RecordedCall): boolean {
    return this.#policyId === undefined ? provider === this.#policy.provider : policyId === this.#policyId;
  }

  async #decide(call: RecordedCall): Promise<Decided> {
    const key = await this.#keyOf(call.vaultKeyId);
    // The answer that was given again is from before the period.
    const isOld = call.decision === 'replayed' && !this.#decided.has(call.originalId ?? '');
    if (isOld) return recordedDecision(call);
    this.#decided.add(call.id);
    const judged = key === undefined ? UNDECIDED : this.#judge.judge(key, call);
    if (judged.kind === 'judged' && key !== undefined) return this.#admit(call, key, judged);
    if (judged.kind === 'undecided') this.#tally.undecided();
    this.#countAsRecorded(call);
    return recordedDecision(call);
  }

  #admit(call: RecordedCall, key: VaultKey, { verdict, operation }: Extract<Judged, { kind: 'judged' }>): Decided {
    const reservable = {
      accountId: this.#policy.accountId,
      record: { key, policy: this.#policy },
      verdict,
      operation,
      fingerprint: call.fingerprint,
      idempotencyKey: call.idempotencyKey ?? undefined,
      runId: (call.runId ?? undefined) as RunId | undefined,
    };
    const asked = reserveCommand(this.#ports.digests, reservable, call.id, call.startedAtMs);
    const command = call.wasApproved ? { ...asked, approval: undefined } : asked;
    const outcome = this.#admission.reserve(command, call.startedAtMs);
    if (command.approval !== undefined && (outcome.kind === 'held' || outcome.kind === 'not_approved')) {
      this.#endRequest(call, command.approval);
      const message = `a person has to agree to ${formatMoney(command.approval)}`;
      return { ...NOTHING, decision: 'denied', rule: 'approval_required', message };
    }
    if (outcome.kind === 'refused') {
      const { refusal } = outcome;
      return { ...NOTHING, decision: 'denied', rule: refusal.code, message: describeRefusal(refusal) };
    }
    if (outcome.kind !== 'held') return { ...NOTHING, decision: 'replayed' };
    const amount = verdict.kind === 'allowed' ? verdict.amount : undefined;
    const spentMicros = this.#endAdmitted(call, amount);
    return { ...NOTHING, decision: 'allowed', currency: amount?.currency ?? null, spentMicros };
  }

  /** What was asked for is held as long as it was; where nobody was asked, nobody is taken to have decided in time. */
  #endRequest({ id, rule, state, startedAtMs, endedAtMs }: RecordedCall, { validMs }: ApprovalClaim): void {
    const wasAsked = rule === 'approval_required' && state !== 'denied';
    const endsAtMs = wasAsked ? endedAtMs : startedAtMs + validMs;
    if (endsAtMs !== null) this.#endings.add(endsAtMs, () => this.#admission.settle(id, undefined, endsAtMs));
  }

  /** As it ended when it was recorded; a call that was not made then is taken to have spent what it asked for. */
  #endAdmitted(call: RecordedCall, amount: Money | undefined): bigint {
    const asked = amount?.micros ?? 0n;
    if (call.decision !== 'allowed') {
      this.#admission.settle(call.id, asked, call.startedAtMs);
      return asked;
    }
    if (call.endedAtMs === null) return 0n;
    const { endedAtMs } = call;
    const spent = amount?.currency === call.currency ? call.spentMicros : asked;
    const actual = call.state === 'committed' ? spent : undefined;
    this.#endings.add(endedAtMs, () => this.#admission.settle(call.id, actual, endedAtMs));
    return actual ?? 0n;
  }

  #countAsRecorded(call: RecordedCall): void {
    for (const hold of call.holds) this.#admission.hold(hold);
    this.#endShares(call);
  }

  #endShares({ holds, endedAtMs, state, spentMicros }: RecordedCall): void {
    if (endedAtMs === null) return;
    const actual = state === 'committed' ? spentMicros : undefined;
    this.#endings.add(endedAtMs, () => {
      for (const hold of holds) this.#admission.settleShare(hold, actual);
    });
  }

  async #keyOf(id: VaultKeyId): Promise<VaultKey | undefined> {
    if (!this.#keys.has(id)) {
      const stored = await this.#ports.store.findVaultKey(this.#policy.accountId, id);
      this.#keys.set(id, stored?.key);
    }
    return this.#keys.get(id);
  }
}

const UNDECIDED: Judged = { kind: 'undecided' };
const NOTHING = { rule: null, message: null, currency: null, spentMicros: 0n } as const;

function recordedDecision({ decision, rule, currency, spentMicros }: RecordedCall): Decided {
  return {
    decision,
    rule: decision === 'denied' ? rule : null,
    message: null,
    currency,
    spentMicros: spentMicros ?? 0n,
  };
}
