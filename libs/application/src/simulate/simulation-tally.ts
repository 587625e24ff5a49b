import type { AuditDecision, ReservationId } from '@keybrake/domain';
import type { RecordedCall } from '../ports/recorded-calls.js';

/** What became of a call, or would have. */
export interface Decided {
  readonly decision: AuditDecision;
  /** Of a denial. */
  readonly rule: string | null;
  readonly message: string | null;
  readonly currency: string | null;
  /** What it spent, or would have. */
  readonly spentMicros: bigint;
}

export interface SimulationSide {
  readonly allowed: number;
  readonly denied: number;
  readonly replayed: number;
  /** By currency. */
  readonly spentMicros: ReadonlyMap<string, bigint>;
  /** Denials by rule. */
  readonly rules: ReadonlyMap<string, number>;
}

export interface SimulationChange {
  readonly before: AuditDecision;
  readonly after: AuditDecision;
  /** That denies now, or that denied. */
  readonly rule: string | null;
  readonly calls: number;
  /** By currency: what the calls spent, or would spend. */
  readonly amountMicros: ReadonlyMap<string, bigint>;
}

export interface SimulationExample {
  readonly call: RecordedCall;
  readonly before: Decided;
  readonly after: Decided;
}

export interface SimulationResult {
  readonly calls: number;
  /** Left as they were recorded, since what the policy wants to know of them is not. */
  readonly undecided: number;
  readonly recorded: SimulationSide;
  readonly simulated: SimulationSide;
  /** The most calls first. */
  readonly changes: readonly SimulationChange[];
  readonly examples: readonly SimulationExample[];
}

const EXAMPLES_PER_CHANGE = 3;
const EXAMPLES_MAX = 30;

class Side implements SimulationSide {
  allowed = 0;
  denied = 0;
  replayed = 0;
  readonly spentMicros = new Map<string, bigint>();
  readonly rules = new Map<string, number>();

  add({ decision, rule, currency, spentMicros }: Decided): void {
    this[decision] += 1;
    if (decision === 'denied' && rule !== null) this.rules.set(rule, (this.rules.get(rule) ?? 0) + 1);
    addTo(this.spentMicros, currency, spentMicros);
  }
}

/** Adds up what was and what would have been. */
export class SimulationTally {
  readonly #recorded = new Side();
  readonly #simulated = new Side();
  readonly #changes = new Map<string, SimulationChange & { calls: number; amountMicros: Map<string, bigint> }>();
  readonly #examples: SimulationExample[] = [];
  readonly #seen = new Set<ReservationId>();
  #undecided = 0;

  add(call: RecordedCall, before: Decided, after: Decided): void {
    this.#seen.add(call.id);
    this.#recorded.add(before);
    this.#simulated.add(after);
    const isSame = before.decision === after.decision && (after.decision !== 'denied' || before.rule === after.rule);
    if (isSame) return;
    const rule = after.decision === 'denied' ? after.rule : before.rule;
    const name = `${before.decision} ${after.decision} ${rule}`;
    const change = this.#changes.get(name) ?? {
      before: before.decision,
      after: after.decision,
      rule,
      calls: 0,
      amountMicros: new Map<string, bigint>(),
    };
    this.#changes.set(name, change);
    change.calls += 1;
    const moved = before.spentMicros > 0n ? before : after;
    addTo(change.amountMicros, moved.currency, moved.spentMicros);
    if (change.calls <= EXAMPLES_PER_CHANGE && this.#examples.length < EXAMPLES_MAX) {
      this.#examples.push({ call, before, after });
    }
  }

  undecided(): void {
    this.#undecided += 1;
  }

  result(): SimulationResult {
    return {
      calls: this.#seen.size,
      undecided: this.#undecided,
      recorded: this.#recorded,
      simulated: this.#simulated,
      changes: [...this.#changes.values()].sort((a, b) => b.calls - a.calls),
      examples: this.#examples,
    };
  }
}

function addTo(sums: Map<string, bigint>, currency: string | null, micros: bigint): void {
  if (currency !== null && micros > 0n) sums.set(currency, (sums.get(currency) ?? 0n) + micros);
}
