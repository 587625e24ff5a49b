import type { Currency } from './currency.js';
import type { AccountId, RunId, VaultKeyId } from './ids.js';
import type { CapWindow } from './window.js';

export const CAP_SCOPES = ['run', 'key', 'agent_type', 'account'] as const;
export type CapScope = (typeof CAP_SCOPES)[number];

/** `in`: charges, money towards the account. `out`: refunds, payouts, messages, money away from it. `any` counts both. */
export const CAP_DIRECTIONS = ['any', 'in', 'out'] as const;
export type CapDirection = (typeof CAP_DIRECTIONS)[number];
export type MoneyDirection = Exclude<CapDirection, 'any'>;

/** A limit as a policy states it. */
export interface Cap {
  readonly scope: CapScope;
  readonly window: CapWindow;
  readonly currency: Currency;
  readonly direction: CapDirection;
  readonly limitMicros: bigint;
}

/**
 * A cap bound to what it counts. `counter` names the running balance and holds everything but the limit, so that a
 * raised or lowered cap goes on counting from what its window has used.
 */
export interface BoundCap extends Cap {
  readonly scopeId: string;
  readonly timeZone: string;
  readonly counter: string;
}

/** One key of a lineage (root first or last, any order): what caps of scope `key` may bind to. */
export interface CapSubjects {
  readonly accountId: AccountId;
  readonly agentType: string;
  readonly rootKeyId: VaultKeyId;
  readonly keyId: VaultKeyId;
  readonly runId: RunId | undefined;
}

function scopeIdOf(scope: CapScope, subjects: CapSubjects): string | undefined {
  switch (scope) {
    case 'account':
      return subjects.accountId;
    case 'agent_type':
      return subjects.agentType;
    case 'key':
      return subjects.keyId;
    case 'run':
      return subjects.runId === undefined ? undefined : `${subjects.rootKeyId}:${subjects.runId}`;
  }
}

/** Undefined for a run cap of a call that names no run; the policy decides before whether such a call may be made. */
export function bindCap(cap: Cap, subjects: CapSubjects, timeZone: string): BoundCap | undefined {
  const scopeId = scopeIdOf(cap.scope, subjects);
  if (scopeId === undefined) return undefined;
  // Where no midnight counts, no zone does: policies of two zones share what they have used.
  const zone = cap.window === 'day' || cap.window === 'month' ? timeZone : 'UTC';
  const counter = [cap.scope, scopeId, cap.window, zone, cap.currency, cap.direction].join('/');
  return { ...cap, scopeId, timeZone: zone, counter };
}

export function capApplies(cap: Cap, currency: Currency, direction: MoneyDirection): boolean {
  return cap.currency === currency && (cap.direction === 'any' || cap.direction === direction);
}
