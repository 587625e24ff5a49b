import { beforeAll, describe, expect, test } from 'vitest';
import type { CaseProgram, SdkBench, SdkProvider, SdkRun } from './sdk-run.ts';

interface ExpectedError {
  readonly class: string;
  /** Left out where the SDK does not tell it. */
  readonly status?: number;
}

/** How an SDK shows what every SDK has to go through. */
export interface SdkExpectation {
  readonly provider: SdkProvider;
  readonly program: CaseProgram;
  readonly variants?: readonly string[];
  /** By case; `retried`: the SDK sends again by itself, and its user sees the success only. */
  readonly errors: {
    readonly denied_by_policy: ExpectedError;
    readonly denied_by_cap: ExpectedError;
    readonly bad_key: ExpectedError;
    readonly mismatch: ExpectedError;
    readonly in_doubt: ExpectedError | 'retried';
    readonly unavailable: ExpectedError | 'retried';
  };
  /** Whether the SDK lets its user see `Idempotent-Replayed`. */
  readonly tellsReplay: boolean;
}

const MADE: Record<SdkProvider, number> = { stripe: 200, twilio: 201, resend: 200 };
const MISMATCH: Record<SdkProvider, number> = { stripe: 400, twilio: 422, resend: 409 };

/** An error of this kind with a message that a person can act on. */
export const errorLike = (expected: ExpectedError, message: string) => ({
  error: { ...expected, message: expect.stringContaining(message) as string },
});

/** The same cases for every SDK; each is a test of its own. Returns what was run, for tests beside them. */
export function sdkMatrix(title: string, sdk: SdkExpectation, bench: () => SdkBench): () => SdkRun {
  let run: SdkRun;
  const { provider, errors } = sdk;
  const made = MADE[provider];

  describe(title, () => {
    beforeAll(async () => {
      run = await bench().run(provider, sdk.program, sdk.variants);
    });

    test('a call that is allowed is made once', () => {
      const { calls } = run.report('success');
      expect(calls).toHaveLength(1);
      expect(run.statuses('success')).toEqual([made]);
      expect(run.executed('success')).toEqual([calls[0]?.id]);
    });

    test.each([
      ['denied_by_policy', 403, 'not in allowed_ops'],
      ['denied_by_cap', 429, 'daily cap exceeded'],
      ['bad_key', 401, 'invalid vault key'],
    ] as const)('%s: %i as its error with our message, asked once, nothing executed', (name, status, message) => {
      expect(run.report(name).calls).toMatchObject([errorLike(errors[name], message)]);
      expect(run.statuses(name)).toEqual([status]);
      expect(run.executed(name)).toEqual([]);
    });

    test('the same idempotency key again: the same object, replayed, executed once', () => {
      const [first, second] = run.report('replay').calls;
      expect(run.executed('replay')).toEqual([first?.id]);
      expect(second?.id).toBe(first?.id);
      expect(run.requests('replay').map(({ status, replayed }) => [status, replayed])).toEqual([
        [made, false],
        [made, true],
      ]);
      expect([first?.replayed, second?.replayed]).toEqual(sdk.tellsReplay ? [false, true] : [undefined, undefined]);
    });

    test('the same idempotency key with another body: its error, and nothing more is executed', () => {
      const [first, second] = run.report('mismatch').calls;
      expect(run.executed('mismatch')).toEqual([first?.id]);
      expect(second).toMatchObject(errorLike(errors.mismatch, 'used before with another request'));
      expect(run.statuses('mismatch')).toEqual([made, MISMATCH[provider]]);
      expect(run.executed('mismatch, changed')).toEqual([]);
    });

    test('a list of five comes in three pages of two', () => {
      const { calls, listed } = run.report('pages');
      expect(listed).toEqual(calls.map(({ id }) => id).reverse());
      const reads = run.requests('pages').filter(({ method }) => method === 'GET');
      expect(reads.map(({ status }) => status)).toEqual([200, 200, 200]);
    });

    const settles = provider !== 'twilio';
    test(`409 for an unknown outcome: ${settles ? 'the second try settles it' : 'also for a second try'}, executed once`, () => {
      expectSecondTry(run, 'in_doubt', errors.in_doubt, 'outcome_unknown', settles);
      expect(run.statuses('in_doubt')).toEqual([409, settles ? made : 409]);
      expect(run.executed('in_doubt')).toHaveLength(1);
    });

    test('503 while the log is away: the second try makes the call, executed once', () => {
      expectSecondTry(run, 'unavailable', errors.unavailable, 'the call was not made', true);
      expect(run.statuses('unavailable')).toEqual([503, made]);
      expect(run.executed('unavailable')).toHaveLength(1);
    });
  });
  return () => run;
}

/** A second try by the SDK, of which its user sees nothing, or by its user after an error. */
export function expectSecondTry(
  run: SdkRun,
  name: string,
  error: ExpectedError | 'retried',
  message: string,
  succeeds: boolean,
): void {
  const { calls } = run.report(name);
  const success = { id: run.executed(name)[0] };
  if (error === 'retried') expect(calls).toMatchObject([success]);
  else expect(calls).toMatchObject([errorLike(error, message), succeeds ? success : errorLike(error, message)]);
}
