import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildGoCases } from '../harness/go.ts';
import { sdkMatrix } from '../harness/sdk-matrix.ts';
import { caseProgram } from '../harness/sdk-program.ts';
import { SdkBench } from '../harness/sdk-run.ts';

let bench: SdkBench;
let program: string;

beforeAll(async () => {
  program = await buildGoCases();
  bench = await SdkBench.start();
}, 400_000);
afterAll(async () => {
  await bench.stop();
});

const stripeError = (status: number, type = 'InvalidRequestError') => ({
  class: `*stripe.Error > *stripe.${type}`,
  status,
});
const stripe = sdkMatrix(
  'stripe-go, at the root path',
  {
    provider: 'stripe',
    program: caseProgram(() => [program, 'stripe']),
    variants: ['success_prefix', 'denied_by_cap_prefix'],
    errors: {
      denied_by_policy: stripeError(403),
      denied_by_cap: stripeError(429),
      bad_key: stripeError(401),
      mismatch: stripeError(400, 'IdempotencyError'),
      in_doubt: stripeError(409, 'APIError'),
      unavailable: stripeError(503, 'APIError'),
    },
    tellsReplay: true,
  },
  () => bench,
);

test('stripe-go under a path takes every answer for an error and sends three times; it charges once all the same', () => {
  const run = stripe();
  for (const [name, status, executions] of [
    ['success_prefix', 200, 1],
    ['denied_by_cap_prefix', 429, 0],
  ] as const) {
    expect(run.report(name).calls).toMatchObject([
      { error: { class: '*errors.errorString', message: 'unknown path prefix /stripe/v1/charges' } },
    ]);
    expect(run.statuses(name)).toEqual([status, status, status]);
    expect(run.executed(name)).toHaveLength(executions);
  }
});

const twilioError = (status: number) => ({ class: '*client.TwilioRestError', status });
sdkMatrix(
  'twilio-go, by a transport',
  {
    provider: 'twilio',
    program: caseProgram(() => [program, 'twilio']),
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

const untyped = { class: '*errors.errorString' };
sdkMatrix(
  'resend-go, through the prefix',
  {
    provider: 'resend',
    program: caseProgram(() => [program, 'resend']),
    errors: {
      denied_by_policy: untyped,
      denied_by_cap: { class: '*resend.RateLimitError' },
      bad_key: untyped,
      mismatch: untyped,
      in_doubt: untyped,
      unavailable: untyped,
    },
    tellsReplay: false,
  },
  () => bench,
);
