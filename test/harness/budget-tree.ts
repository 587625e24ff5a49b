import { chance } from './chaos.ts';

/** Stripe refuses less. */
export const SMALLEST_MINOR = 50;
const LARGEST_MINOR = 900;
const TYPES = ['billing', 'invoicing'];
const KEYS = ['a', 'b'];
const RUNS = ['one', 'two', 'three'];

/** What a call counts against, from the run up to the account. */
export interface Leaf {
  readonly type: string;
  readonly key: string;
  readonly run: string;
  readonly levels: readonly [run: string, key: string, type: string, account: string];
}

export interface SpentCall {
  readonly leaf: Leaf;
  readonly amountMinor: number;
  readonly marker: string;
  readonly firstSentAtMs: number;
  /** Of the attempt that was answered. */
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly status: number;
}

export const leaves: readonly Leaf[] = TYPES.flatMap((type) =>
  KEYS.flatMap((name) =>
    RUNS.map((run): Leaf => {
      const key = `${type}-${name}`;
      return { type, key, run, levels: [`${key}:${run}`, key, type, 'account'] };
    }),
  ),
);

export const keysOf = (type: string): readonly string[] => KEYS.map((name) => `${type}-${name}`);
export const types: readonly string[] = TYPES;

export const anyAmountMinor = (): number => SMALLEST_MINOR + Math.floor(chance() * (LARGEST_MINOR - SMALLEST_MINOR));
export const anyOf = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;

export type Limits = Readonly<{ run: number; key: number; type: number; account: number }>;

/** The reference: what a tree of budgets admits, added up by hand. Limits and amounts in minor units. */
export class BudgetTree {
  limits: Limits;
  readonly #used = new Map<string, number>();

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Each level has room for most of what the levels below it may spend, so that each is what stops some call. */
  static random(): BudgetTree {
    const part = (of: number) => Math.round(of * (0.6 + 0.4 * chance()));
    const run = 15_000 + Math.floor(chance() * 15_000);
    const key = part(RUNS.length * run);
    const type = part(KEYS.length * key);
    return new BudgetTree({ run, key, type, account: part(TYPES.length * type) });
  }

  limitOf(level: number): number {
    const { run, key, type, account } = this.limits;
    return [run, key, type, account][level] as number;
  }

  use({ levels }: Leaf, amountMinor: number): void {
    for (const level of levels) this.#used.set(level, (this.#used.get(level) ?? 0) + amountMinor);
  }

  /** Every limit times the factor; what is used stays. */
  scale(factor: number): void {
    const { run, key, type, account } = this.limits;
    const scaled = (limit: number) => Math.round(limit * factor);
    this.limits = { run: scaled(run), key: scaled(key), type: scaled(type), account: scaled(account) };
  }

  count({ leaf, amountMinor, status }: SpentCall): void {
    if (status === 200) this.use(leaf, amountMinor);
  }

  /** What the leaf may still spend: the least room of all its levels. */
  leftFor({ levels }: Leaf): number {
    return Math.min(...levels.map((level, index) => this.limitOf(index) - (this.#used.get(level) ?? 0)));
  }

  /**
   * Denied although all that may have been held or spent at any moment of its last attempt left room at every level. What a
   * call holds lasts from its first attempt to its last answer, for ever if it was made.
   */
  falseDenials(calls: readonly SpentCall[]): readonly SpentCall[] {
    return calls.filter((denied) => {
      if (denied.status !== 429) return false;
      const around = calls.filter(
        (other) =>
          other !== denied &&
          other.firstSentAtMs <= denied.answeredAtMs &&
          (other.status === 200 || other.answeredAtMs >= denied.sentAtMs),
      );
      return denied.leaf.levels.every((level, index) => {
        const besides = around.filter(({ leaf }) => leaf.levels[index] === level);
        const mostMinor = besides.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
        return mostMinor + denied.amountMinor <= this.limitOf(index);
      });
    });
  }
}
