import {
  APPROVAL_VALID_MAX_MS,
  APPROVAL_VALID_MIN_MS,
  type Cap,
  canonicalJson,
  GUARD_WINDOW_MAX_MS,
  isTimeZone,
  type JsonValue,
  MICROS_MAX,
  type OperationName,
  type Policy,
  patternAllows,
} from '@keybrake/domain';
import type { Provider } from '@keybrake/providers';
import type { GovernancePorts } from './governance.js';
import type { Problem } from './governance-error.js';

/** A policy before it has an id and a version. */
export type PolicyDraft = Omit<Policy, 'id' | 'accountId' | 'version'>;

const CAPS_MAX = 50;
const OPERATIONS_MAX = 200;
const NAME_MAX = 200;
// What Stripe-Account and Stripe-Context hold: an id, or ids from the outermost account inwards.
const ACCOUNT = /^[A-Za-z0-9_]{1,100}(?:\/[A-Za-z0-9_]{1,100}){0,4}$/;
const CONTROL = /[\p{Cc}\p{Cs}]/u;
// Postgres and Redis count requests in 32 bits.
const COUNT_MAX = 2_147_483_647;

/** Everything that is wrong with the draft, not only the first thing. */
export function policyProblems(providers: GovernancePorts['providers'], draft: PolicyDraft): readonly Problem[] {
  const provider = providers.find(draft.provider);
  if (provider === undefined) {
    return [unknownProvider(providers, draft.provider)];
  }
  return [
    ...nameProblems('/name', draft.name),
    ...operationProblems(draft.allowedOperations, provider.operations),
    ...capProblems(draft.caps),
    ...amountProblems(draft),
    ...accountProblems(provider, draft),
    ...guardProblems(draft.duplicateGuard),
    ...approvalProblems(draft.approval),
    ...countProblems('/requestsPerMonth', draft.requestsPerMonth),
    ...countProblems('/requestsPerSecond', draft.requestsPerSecond),
    ...(isTimeZone(draft.timeZone)
      ? []
      : [{ pointer: '/timeZone', detail: `${draft.timeZone} is not an IANA time zone such as Europe/Rome.` }]),
  ];
}

export function unknownProvider({ all }: GovernancePorts['providers'], id: string): Problem {
  const known = all.map((provider) => provider.id).join(', ');
  return { pointer: '/provider', detail: `Keybrake does not know a provider ${id}; there are ${known}.` };
}

export function nameProblems(pointer: string, name: string): readonly Problem[] {
  const isRight = name.trim() !== '' && name.length <= NAME_MAX && !CONTROL.test(name);
  return isRight ? [] : [{ pointer, detail: `1 to ${NAME_MAX} characters on one line are needed.` }];
}

/** A pattern that allows nothing is a slip of the pen, found now and not at the first denied call. */
export function operationProblems(
  patterns: readonly string[],
  operations: readonly OperationName[],
): readonly Problem[] {
  const pointer = '/allowedOperations';
  if (patterns.length > OPERATIONS_MAX) return [{ pointer, detail: `At most ${OPERATIONS_MAX} patterns fit.` }];
  return patterns.flatMap((pattern, index) =>
    operations.some((operation) => patternAllows(pattern, operation))
      ? []
      : [{ pointer: `${pointer}/${index}`, detail: `${pattern} matches no operation that Keybrake knows.` }],
  );
}

export function capProblems(caps: readonly Cap[]): readonly Problem[] {
  if (caps.length > CAPS_MAX) return [{ pointer: '/caps', detail: `At most ${CAPS_MAX} caps fit.` }];
  const seen = new Set<string>();
  return caps.flatMap((cap, index) => {
    const pointer = `/caps/${index}`;
    const what = capSubject(cap);
    if (seen.has(what)) return [{ pointer, detail: `There is another cap for ${what}; keep one of them.` }];
    seen.add(what);
    return isAmount(cap.limitMicros) ? [] : [{ pointer: `${pointer}/limitMicros`, detail: LIMIT_DETAIL }];
  });
}

/** Everything but the limit: two caps with the same subject count the same thing. */
export function capSubject(cap: Omit<Cap, 'limitMicros'>): string {
  return [cap.scope, cap.window, cap.currency, cap.direction].join('/');
}

const LIMIT_DETAIL = 'A limit must not be negative, nor more than Keybrake can count (9 billion major units).';
const isAmount = (micros: bigint) => micros >= 0n && micros <= MICROS_MAX;

function amountProblems(draft: PolicyDraft): readonly Problem[] {
  const perCall = wrongAmounts('/perCallMaxMicros', draft.perCallMaxMicros);
  const { unpriced } = draft;
  const reserveIsWrong = unpriced !== 'deny' && (unpriced.micros === 0n || !isAmount(unpriced.micros));
  const detail = 'What an unpriced call reserves must be more than zero.';
  return reserveIsWrong ? [...perCall, { pointer: '/unpriced', detail }] : perCall;
}

const wrongAmounts = (pointer: string, amounts: PolicyDraft['perCallMaxMicros']): readonly Problem[] =>
  [...amounts]
    .filter(([, micros]) => !isAmount(micros))
    .map(([currency]) => ({ pointer: `${pointer}/${currency}`, detail: LIMIT_DETAIL }));

function accountProblems(
  { accountHeaders }: Provider,
  { connectedAccounts, provider }: PolicyDraft,
): readonly Problem[] {
  const pointer = '/connectedAccounts';
  if (connectedAccounts.length > 0 && accountHeaders.length === 0) {
    return [{ pointer, detail: `${provider} has no calls for other accounts.` }];
  }
  return connectedAccounts.flatMap((account, index) =>
    account === 'own' || ACCOUNT.test(account)
      ? []
      : [{ pointer: `${pointer}/${index}`, detail: 'own, or an account of the provider such as acct_123, is needed.' }],
  );
}

function guardProblems(guard: PolicyDraft['duplicateGuard']): readonly Problem[] {
  const isRight = guard === undefined || (guard.windowMs >= 1_000 && guard.windowMs <= GUARD_WINDOW_MAX_MS);
  return isRight ? [] : [{ pointer: '/duplicateGuard/windowSeconds', detail: 'From 1 to 86400 seconds are needed.' }];
}

function approvalProblems(approval: PolicyDraft['approval']): readonly Problem[] {
  if (approval === undefined) return [];
  const { aboveMicros, validMs } = approval;
  const isInTime = validMs >= APPROVAL_VALID_MIN_MS && validMs <= APPROVAL_VALID_MAX_MS;
  const detail = 'From 60 to 604800 seconds are needed: a minute to a week.';
  return [
    ...wrongAmounts('/approval/aboveMicros', aboveMicros),
    ...(isInTime ? [] : [{ pointer: '/approvals/expiresInSeconds', detail }]),
  ];
}

function countProblems(pointer: string, count: number | undefined): readonly Problem[] {
  const isRight = count === undefined || (Number.isInteger(count) && count >= 1 && count <= COUNT_MAX);
  return isRight ? [] : [{ pointer, detail: `A whole number from 1 to ${COUNT_MAX} is needed.` }];
}

/** True when both say the same: revising a policy to what it is makes no version. */
export function sameDraft(a: PolicyDraft, b: PolicyDraft): boolean {
  return canonicalJson(draftJson(a)) === canonicalJson(draftJson(b));
}

const amountsJson = (amounts: PolicyDraft['perCallMaxMicros']): JsonValue =>
  Object.fromEntries([...amounts].map(([currency, micros]) => [currency, `${micros}`]));

function draftJson(draft: PolicyDraft): JsonValue {
  const { unpriced, approval } = draft;
  return {
    name: draft.name,
    provider: draft.provider,
    allowedOperations: draft.allowedOperations,
    caps: draft.caps.map((cap) => `${capSubject(cap)}=${cap.limitMicros}`),
    perCallMax: amountsJson(draft.perCallMaxMicros),
    timeZone: draft.timeZone,
    requestsPerMonth: draft.requestsPerMonth,
    requestsPerSecond: draft.requestsPerSecond,
    unpriced: unpriced === 'deny' ? unpriced : `${unpriced.micros} ${unpriced.currency}`,
    requireRunId: draft.requireRunId,
    requireIdempotencyKey: draft.requireIdempotencyKey,
    connectedAccounts: draft.connectedAccounts,
    otherCurrencies: draft.otherCurrencies,
    duplicateGuard: draft.duplicateGuard && { ...draft.duplicateGuard },
    approval: approval && { ...approval, aboveMicros: amountsJson(approval.aboveMicros) },
    mode: draft.mode,
  };
}
