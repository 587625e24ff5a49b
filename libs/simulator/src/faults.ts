import type { Reading, SimulatedProvider } from './exchange.js';

/** What to do wrong. `…Before`: nothing is executed. `…After`: it is executed, and the caller does not learn it. */
export interface Fault {
  readonly delayMs?: number;
  readonly failBefore?: number;
  readonly dropBefore?: boolean;
  readonly delayAfterMs?: number;
  readonly failAfter?: number;
  readonly dropAfter?: boolean;
  /** The failed answer is remembered for the idempotency key, as Stripe does with a 500. */
  readonly saveFailure?: boolean;
  readonly redirectTo?: string;
}

export interface FaultOrder {
  readonly provider?: SimulatedProvider;
  readonly operation?: string;
  readonly match?: { readonly idempotencyKey?: string; readonly amountMinor?: string; readonly marker?: string };
  /** How many requests it is for; 1 when left out. */
  readonly times?: number;
  readonly fault: Fault;
}

/** Faults that were ordered and not used up, first come first served. Only mutating requests meet them. */
export class FaultOrders {
  #orders: { readonly order: FaultOrder; left: number }[] = [];

  add(order: FaultOrder): void {
    this.#orders.push({ order, left: order.times ?? 1 });
  }

  clear(): void {
    this.#orders = [];
  }

  list(): readonly FaultOrder[] {
    return this.#orders.map(({ order, left }) => ({ ...order, times: left }));
  }

  take(provider: SimulatedProvider, reading: Reading, idempotencyKey: string | null): Fault | undefined {
    const found = this.#orders.find(({ order }) => {
      const { match = {} } = order;
      return (
        (order.provider ?? provider) === provider &&
        (order.operation ?? reading.operation) === reading.operation &&
        (match.idempotencyKey ?? idempotencyKey) === idempotencyKey &&
        (match.amountMinor ?? reading.amountMinor) === reading.amountMinor &&
        (match.marker ?? reading.marker) === reading.marker
      );
    });
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left === 0) this.#orders = this.#orders.filter((other) => other !== found);
    return found.order.fault;
  }
}
