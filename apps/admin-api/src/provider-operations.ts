import type { Operation, OperationClass } from '@keybrake/providers';

/** What a policy may name, `charges:write`, and what it stands for. */
export interface OperationChoice {
  readonly id: string;
  /** The weightiest of its endpoints; `denied` when none of them is ever forwarded. */
  readonly class: OperationClass;
  /** `POST /v1/charges`; without those that are never forwarded, unless all are. */
  readonly endpoints: readonly string[];
}

const WEIGHT: Record<OperationClass, number> = { denied: 0, read: 1, free: 2, money: 3 };

/** A provider's catalogue by the names that policies use, in alphabetical order. */
export function operationChoices(operations: readonly Operation[]): readonly OperationChoice[] {
  const byName = Map.groupBy(operations, ({ resource, action }) => `${resource}:${action}`);
  const choices = [...byName].map(([id, all]) => {
    const open = all.filter((operation) => operation.class !== 'denied');
    const shown = open.length > 0 ? open : all;
    const weightiest = shown.reduce((a, b) => (WEIGHT[b.class] > WEIGHT[a.class] ? b : a));
    return { id, class: weightiest.class, endpoints: shown.map(({ method, template }) => `${method} ${template}`) };
  });
  return choices.sort((a, b) => (a.id < b.id ? -1 : 1));
}
