import type { Cap, Policy, PolicyDraft } from '../../api/types.ts';

/** A policy being edited: what is sent, whole, as the form and the JSON view both have it. */
export type Draft = PolicyDraft;

export const BLANK: Draft = {
  name: '',
  provider: 'stripe',
  allowedOperations: [],
  caps: [{ scope: 'key', window: 'day', currency: 'usd', direction: 'any', limitMinor: '' }],
  perCallMax: {},
  timeZone: 'UTC',
  requestsPerMonth: null,
  requestsPerSecond: null,
  unpriced: 'deny',
  requireRunId: false,
  requireIdempotencyKey: false,
  otherCurrencies: 'deny',
  connectedAccounts: [],
  duplicateGuard: 'off',
  approvalAbove: {},
  approvals: { expiresInSeconds: 86_400, fourEyes: false },
  mode: 'enforce',
};

export function draftOf(policy: Policy): Draft {
  const names = Object.keys(BLANK) as (keyof Draft)[];
  return Object.fromEntries(names.map((name) => [name, policy[name]])) as unknown as Draft;
}

export const toJson = (draft: Draft): string => JSON.stringify(draft, null, 2);
export const sameDraft = (a: Draft, b: Draft): boolean => toJson(a) === toJson(b);

type Parsed = { readonly draft: Draft } | { readonly problem: string };

/** The draft in the JSON view, or why the form can't show it. What is left out gets its default. */
export function parseJson(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : 'unreadable'}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'A policy is an object.' };
  const draft = { ...BLANK, caps: [], ...value } as Draft;
  const unknown = Object.keys(value).filter((name) => !(name in BLANK));
  if (unknown.length > 0) return { problem: `A policy has no ${unknown.join(', ')}.` };
  const wrong = Object.entries(SHAPES).find(([name, holds]) => !holds(draft[name as keyof Draft]));
  return wrong === undefined ? { draft } : { problem: `${wrong[0]} has another form than it should have.` };
}

const isText = (value: unknown) => typeof value === 'string';
const isFlag = (value: unknown) => typeof value === 'boolean';
const isCount = (value: unknown) => value === null || typeof value === 'number';
const isTextList = (value: unknown) => Array.isArray(value) && value.every(isText);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCap = (value: unknown) =>
  isRecord(value) && ['scope', 'window', 'currency', 'limitMinor'].every((name) => isText(value[name]));

const isAmounts = (value: unknown) => isRecord(value) && Object.values(value).every(isText);

// Only what the form needs in order to show it; whether it is right says the API.
const SHAPES: Readonly<Record<keyof Draft, (value: unknown) => boolean>> = {
  name: isText,
  provider: isText,
  allowedOperations: isTextList,
  caps: (value) => Array.isArray(value) && value.every(isCap),
  perCallMax: isAmounts,
  timeZone: isText,
  requestsPerMonth: isCount,
  requestsPerSecond: isCount,
  unpriced: (value) => value === 'deny' || (isRecord(value) && isText(value.reserveMinor) && isText(value.currency)),
  requireRunId: isFlag,
  requireIdempotencyKey: isFlag,
  otherCurrencies: (value) => value === 'deny' || value === 'convert',
  connectedAccounts: isTextList,
  duplicateGuard: (value) =>
    value === 'off' || (isRecord(value) && isText(value.mode) && typeof value.windowSeconds === 'number'),
  approvalAbove: isAmounts,
  approvals: (value) => isRecord(value) && typeof value.expiresInSeconds === 'number' && isFlag(value.fourEyes),
  mode: isText,
};

/** Amounts that are still to be typed; the API would refuse them with less to say. */
export function missingAmounts(draft: Draft): readonly string[] {
  const caps = draft.caps.flatMap(({ limitMinor }, index) =>
    limitMinor === '' ? [`the limit of cap ${index + 1}`] : [],
  );
  const missing = (what: string, amounts: Draft['perCallMax']) =>
    Object.entries(amounts).flatMap(([currency, minor]) => (minor === '' ? [`${what} in ${currency}`] : []));
  const perCall = missing('the most for one call', draft.perCallMax);
  const approval = missing('what needs an approval', draft.approvalAbove);
  const reserve =
    draft.unpriced !== 'deny' && draft.unpriced.reserveMinor === '' ? ['the reserve of unpriced calls'] : [];
  return [...caps, ...perCall, ...approval, ...reserve];
}

export const newCap = (): Cap => ({ scope: 'key', window: 'day', currency: 'usd', direction: 'any', limitMinor: '' });
