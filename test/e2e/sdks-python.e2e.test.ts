import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requirePython } from '../harness/python.ts';
import { errorLike, expectSecondTry, sdkMatrix } from '../harness/sdk-matrix.ts';
import { caseProgram } from '../harness/sdk-program.ts';
import { SdkBench } from '../harness/sdk-run.ts';

let bench: SdkBench;
let python: string;

beforeAll(async () => {
  python = await requirePython();
  bench = await SdkBench.start();
}, 400_000);
afterAll(async () => {
  await bench.stop();
});

const programOf = (name: string) =>
  caseProgram(() => [python, fileURLToPath(new URL(`../sdks/python/${name}_cases.py`, import.meta.url))]);

const permission = { class: 'stripe.PermissionError', status: 403 };
const rateLimit = { class: 'stripe.RateLimitError', status: 429 };
const RETRYING = ['retries', 'module'];
const variantsOf = (style: string) =>
  ['denied_by_policy', 'denied_by_cap', 'in_doubt', 'unavailable'].map((name) => `${name}_${style}`);

const stripe = sdkMatrix(
  'stripe-python, through the prefix',
  {
    provider: 'stripe',
    program: programOf('stripe'),
    variants: RETRYING.flatMap(variantsOf),
    errors: {
      denied_by_policy: permission,
      denied_by_cap: rateLimit,
      bad_key: { class: 'stripe.AuthenticationError', status: 401 },
      mismatch: { class: 'stripe.IdempotencyError', status: 400 },
      in_doubt: { class: 'stripe.APIError', status: 409 },
      unavailable: { class: 'stripe.APIError', status: 503 },
    },
    tellsReplay: true,
  },
  () => bench,
);

test.each(RETRYING)('stripe-python that retries (%s): not after a denial, and a call is made once', (style) => {
  const run = stripe();
  expect(run.report(`denied_by_policy_${style}`).calls).toMatchObject([errorLike(permission, 'not in allowed_ops')]);
  expect(run.report(`denied_by_cap_${style}`).calls).toMatchObject([errorLike(rateLimit, 'daily cap exceeded')]);
  expect(run.statuses(`denied_by_policy_${style}`)).toEqual([403]);
  expect(run.statuses(`denied_by_cap_${style}`)).toEqual([429]);
  for (const [name, status] of [
    ['in_doubt', 409],
    ['unavailable', 503],
  ] as const) {
    expectSecondTry(run, `${name}_${style}`, 'retried', '', true);
    expect(run.statuses(`${name}_${style}`)).toEqual([status, 200]);
    expect(run.executed(`${name}_${style}`)).toHaveLength(1);
  }
});

const twilioError = (status: number) => ({ class: 'twilio.TwilioRestException', status });
sdkMatrix(
  'twilio-python, through the prefix',
  {
    provider: 'twilio',
    program: programOf('twilio'),
    errors: {
      denied_by_policy: twilioError(403),
      denied_by_cap: twilioError(429),
      bad_key: twilioError(401),
      mismatch: twilioError(422),
      in_doubt: twilioError(409),
      unavailable: twilioError(503),
    },
    tellsReplay: false,
  },
  () => bench,
);

const resendError = (status: number) => ({ class: 'resend.ResendError', status });
sdkMatrix(
  'resend-python, through the prefix',
  {
    provider: 'resend',
    program: programOf('resend'),
    errors: {
      denied_by_policy: resendError(403),
      denied_by_cap: { class: 'resend.RateLimitError', status: 429 },
      bad_key: resendError(401),
      mismatch: resendError(409),
      in_doubt: resendError(409),
      unavailable: resendError(503),
    },
    tellsReplay: true,
  },
  () => bench,
);
