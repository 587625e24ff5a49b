import { invariant } from '@keybrake/domain';
import { isDenialReason } from './denial-reason.js';
import type { Operation } from './provider.js';

/**
 * Every operation that the provider's official SDK can call, by resource: `POST /v1/refunds` to its class. Made by
 * `scripts/catalogue`, classes by hand: `read`, `free`, `money` (has an amount rule in the catalogue), `unpriced` (costs
 * something that neither the request nor the price list tells), `denied:<reason>`.
 */
export interface OperationList {
  /** The package and version that it was made from. */
  readonly package: string;
  readonly resources: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What a catalogue adds to an entry of the list. */
export type OperationRules = Omit<Operation, keyof ListedOperation | 'class'>;

/** One entry of the list. */
export interface ListedOperation {
  readonly method: string;
  readonly template: string;
  readonly resource: string;
  readonly action: string;
  readonly listed: string;
}

export interface Catalogue {
  readonly list: OperationList;
  /** How bodies come and what else holds for every operation that writes. */
  readonly writes: (entry: ListedOperation) => OperationRules;
  /** By method and template: the amount rule of each `money` operation, and checks of `free` ones. */
  readonly rules: ReadonlyMap<string, OperationRules>;
  /** For those that are `unpriced`. */
  readonly unpriced: OperationRules;
}

/** The operations of a catalogue, in the order of its list. A rule without its entry, or the other way round, is a defect. */
export function operationsOf(catalogue: Catalogue): readonly Operation[] {
  const entries = entriesOf(catalogue.list);
  const known = new Set(entries.map(({ method, template }) => `${method} ${template}`));
  for (const name of catalogue.rules.keys()) invariant(known.has(name), `${name} has a rule and is in the list`);
  return entries.map((entry) => operationOf(entry, catalogue));
}

export function entriesOf(list: OperationList): readonly ListedOperation[] {
  return Object.entries(list.resources).flatMap(([resource, members]) =>
    Object.entries(members).map(([name, listed]) => {
      const [method = '', template = ''] = name.split(' ');
      return { method, template, resource, action: method === 'GET' ? 'read' : 'write', listed };
    }),
  );
}

function operationOf(entry: ListedOperation, { writes, rules, unpriced }: Catalogue): Operation {
  const { method, template, resource, action, listed } = entry;
  const name = { method, template, resource, action };
  if (method === 'GET' && listed === 'read') return { ...name, class: 'read' };
  const rule = rules.get(`${method} ${template}`);
  switch (listed) {
    case 'free':
      return { ...name, class: 'free', ...writes(entry), ...rule };
    case 'money':
      invariant(rule?.price !== undefined, `${method} ${template} has an amount rule`);
      return { ...name, class: 'money', ...writes(entry), ...rule };
    case 'unpriced':
      return { ...name, class: 'money', ...writes(entry), ...unpriced };
    default: {
      const reason = listed.replace('denied:', '');
      // An entry that nobody has classified is denied like one that nobody knows.
      return { ...name, class: 'denied', denied: isDenialReason(reason) ? reason : 'unclassified' };
    }
  }
}
