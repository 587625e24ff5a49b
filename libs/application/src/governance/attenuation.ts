import {
  anyPatternAllows,
  type Cap,
  type KeyAttenuation,
  lineAllows,
  type OperationName,
  type Policy,
  type VaultKey,
} from '@keybrake/domain';
import type { Problem } from './governance-error.js';
import { capSubject } from './policy-rules.js';

/** What a child asks to be narrowed to. */
export interface ChildLimits {
  readonly caps: readonly Cap[];
  /** Undefined: as the parent. */
  readonly allowedOperations: readonly string[] | undefined;
  /** Undefined: as the parent. */
  readonly expiresAtMs: number | undefined;
}

type Parent = Pick<VaultKey, 'attenuations' | 'expiresAtMs'>;

/** Where the child would be allowed what the parent is not. Empty: it narrows, or leaves as it is. */
export function wideningProblems(
  policy: Pick<Policy, 'allowedOperations' | 'caps'>,
  operations: readonly OperationName[],
  parent: Parent,
  child: ChildLimits,
): readonly Problem[] {
  return [
    ...wideningOperations(policy, operations, parent, child.allowedOperations ?? []),
    ...wideningCaps(policy, parent, child.caps),
    ...wideningExpiry(parent, child.expiresAtMs),
  ];
}

// Coverage is asked of the catalogue's operations, one by one: no two spellings of the same grant can differ.
function wideningOperations(
  policy: Pick<Policy, 'allowedOperations'>,
  operations: readonly OperationName[],
  parent: Parent,
  patterns: readonly string[],
): readonly Problem[] {
  const parentAllows = (operation: OperationName) => lineAllows(policy, parent, operation);
  return patterns.flatMap((pattern, index) => {
    const excess = operations.find((operation) => anyPatternAllows([pattern], operation) && !parentAllows(operation));
    if (excess === undefined) return [];
    const detail = `${pattern} includes ${excess.method} ${excess.template}, which the parent may not call.`;
    return [{ pointer: `/allowedOperations/${index}`, detail }];
  });
}

function wideningCaps(policy: Pick<Policy, 'caps'>, parent: Parent, caps: readonly Cap[]): readonly Problem[] {
  const limits = effectiveLimits(policy.caps, parent.attenuations);
  return caps.flatMap((cap, index) => {
    const limit = limits.get(capSubject(cap));
    if (limit === undefined || cap.limitMicros <= limit) return [];
    const detail = `The parent's own cap for ${capSubject(cap)} is lower.`;
    return [{ pointer: `/caps/${index}/limitMicros`, detail }];
  });
}

/** The lowest limit of the line for each cap subject. */
function effectiveLimits(caps: readonly Cap[], attenuations: readonly KeyAttenuation[]): ReadonlyMap<string, bigint> {
  const limits = new Map<string, bigint>();
  for (const cap of [...caps, ...attenuations.flatMap((line) => line.caps)]) {
    const other = limits.get(capSubject(cap));
    if (other === undefined || cap.limitMicros < other) limits.set(capSubject(cap), cap.limitMicros);
  }
  return limits;
}

function wideningExpiry(parent: Parent, expiresAtMs: number | undefined): readonly Problem[] {
  if (parent.expiresAtMs === undefined || expiresAtMs === undefined || expiresAtMs <= parent.expiresAtMs) return [];
  return [{ pointer: '/expiresAtMs', detail: 'The child would outlive its parent.' }];
}
