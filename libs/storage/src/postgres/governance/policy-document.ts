import type {
  ApprovalRule,
  Cap,
  Currency,
  DuplicateGuard,
  KeyAttenuation,
  Policy,
  PolicyMode,
  VaultKeyId,
} from '@keybrake/domain';

// Amounts are text in JSON: a JSON number would pass through a double.
export type CapJson = Omit<Cap, 'limitMicros'> & { readonly limitMicros: string };

/** A policy version as it is stored. What is undefined is left out. */
export interface PolicyDocument {
  readonly name: string;
  readonly allowedOperations: readonly string[];
  readonly caps: readonly CapJson[];
  readonly perCallMaxMicros: AmountsJson;
  readonly timeZone: string;
  readonly requestsPerMonth?: number;
  readonly requestsPerSecond?: number;
  readonly unpriced: 'deny' | { readonly currency: Currency; readonly micros: string };
  readonly requireRunId: boolean;
  readonly requireIdempotencyKey: boolean;
  /** Not in documents of before they existed. */
  readonly connectedAccounts?: readonly string[];
  readonly otherCurrencies?: Policy['otherCurrencies'];
  readonly duplicateGuard?: DuplicateGuard;
  readonly approval?: Omit<ApprovalRule, 'aboveMicros'> & { readonly aboveMicros: AmountsJson };
  readonly mode?: PolicyMode;
}

/** Micros by currency. */
type AmountsJson = Readonly<Record<string, string>>;

/** What only a child key has. */
export interface AttenuationJson {
  readonly caps: readonly CapJson[];
  readonly allowedOperations?: readonly string[];
}

export const encodeCaps = (caps: readonly Cap[]): readonly CapJson[] =>
  caps.map((cap) => ({ ...cap, limitMicros: cap.limitMicros.toString() }));

const decodeCaps = (caps: readonly CapJson[]): readonly Cap[] =>
  caps.map((cap) => ({ ...cap, limitMicros: BigInt(cap.limitMicros) }));

const encodeAmounts = (amounts: ReadonlyMap<Currency, bigint>): AmountsJson =>
  Object.fromEntries([...amounts].map(([currency, micros]) => [currency, micros.toString()]));

const decodeAmounts = (json: AmountsJson): ReadonlyMap<Currency, bigint> =>
  new Map(Object.entries(json).map(([currency, micros]) => [currency as Currency, BigInt(micros)]));

export function encodePolicy(policy: Policy): string {
  const { unpriced, approval } = policy;
  // JSON.stringify drops undefined members.
  return JSON.stringify({
    name: policy.name,
    allowedOperations: policy.allowedOperations,
    caps: encodeCaps(policy.caps),
    perCallMaxMicros: encodeAmounts(policy.perCallMaxMicros),
    timeZone: policy.timeZone,
    requestsPerMonth: policy.requestsPerMonth,
    requestsPerSecond: policy.requestsPerSecond,
    unpriced: unpriced === 'deny' ? unpriced : { currency: unpriced.currency, micros: unpriced.micros.toString() },
    requireRunId: policy.requireRunId,
    requireIdempotencyKey: policy.requireIdempotencyKey,
    connectedAccounts: policy.connectedAccounts,
    otherCurrencies: policy.otherCurrencies,
    duplicateGuard: policy.duplicateGuard,
    approval: approval && { ...approval, aboveMicros: encodeAmounts(approval.aboveMicros) },
    mode: policy.mode,
  });
}

export function decodePolicy(
  identity: Pick<Policy, 'id' | 'accountId' | 'version' | 'provider'>,
  document: PolicyDocument,
): Policy {
  const { unpriced, approval } = document;
  return {
    ...identity,
    name: document.name,
    allowedOperations: document.allowedOperations,
    caps: decodeCaps(document.caps),
    perCallMaxMicros: decodeAmounts(document.perCallMaxMicros),
    timeZone: document.timeZone,
    requestsPerMonth: document.requestsPerMonth,
    requestsPerSecond: document.requestsPerSecond,
    unpriced: unpriced === 'deny' ? unpriced : { currency: unpriced.currency, micros: BigInt(unpriced.micros) },
    requireRunId: document.requireRunId,
    requireIdempotencyKey: document.requireIdempotencyKey,
    connectedAccounts: document.connectedAccounts ?? [],
    otherCurrencies: document.otherCurrencies ?? 'deny',
    duplicateGuard: document.duplicateGuard,
    approval: approval && { ...approval, aboveMicros: decodeAmounts(approval.aboveMicros) },
    mode: document.mode ?? 'enforce',
  };
}

export function encodeAttenuation({ caps, allowedOperations }: KeyAttenuation): string {
  return JSON.stringify({ caps: encodeCaps(caps), allowedOperations });
}

export function decodeAttenuation(keyId: VaultKeyId, json: AttenuationJson): KeyAttenuation {
  return { keyId, caps: decodeCaps(json.caps), allowedOperations: json.allowedOperations };
}
