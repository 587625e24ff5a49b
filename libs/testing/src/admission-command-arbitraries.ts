import type { Settlement } from '@keybrake/application';
import fc from 'fast-check';

/** Two stores that are told the same must answer the same: random commands over a few keys, caps and reservations. */
export type AdmissionCommand =
  | {
      readonly kind: 'reserve';
      readonly reservation: number;
      readonly key: 'root' | 'child';
      readonly claim: number | undefined;
      readonly fingerprint: string;
      readonly guard: 'warn' | 'block' | undefined;
      readonly amountMicros: bigint;
      readonly caps: readonly number[];
      readonly metered: boolean;
      readonly policyVersion: number;
      readonly refused: boolean;
      /** In micros; of calls with a claim only. */
      readonly approval: bigint | undefined;
      readonly isShadow: boolean;
    }
  | { readonly kind: 'launch'; readonly reservation: number; readonly owner: string; readonly incarnation: number }
  | {
      readonly kind: 'adopt';
      readonly purpose: 'look' | 'resend';
      readonly reservation: number;
      readonly owner: string;
      readonly launchedWithinMs: number;
    }
  | { readonly kind: 'settle'; readonly reservation: number; readonly settlement: Settlement }
  | { readonly kind: 'true_up'; readonly reservation: number; readonly actualMicros: bigint }
  | { readonly kind: 'mark_in_doubt'; readonly reservation: number }
  | { readonly kind: 'put_key'; readonly key: 'root' | 'child'; readonly revokedAtMs: number | undefined }
  | { readonly kind: 'put_policy'; readonly version: number }
  | { readonly kind: 'await'; readonly reservation: number }
  | { readonly kind: 'decide'; readonly reservation: number; readonly decision: 'approved' | 'denied' | 'expired' }
  | { readonly kind: 'sweep' | 'confirm' | 'in_doubt' | 'kept' | 'drop' };

export const RESERVATIONS = 4;
/**
 * The last one is beyond what a double can hold; what four calls hold and commit of it, in shadow and above the limit too,
 * still fits 63 bits.
 */
export const LIMITS = [5n, 8n, 1_152_921_504_606_846_976n];
const AMOUNTS = [0n, 1n, 2n, 3n, 9_007_199_254_740_993n, 1_152_921_504_606_846_975n];

const reservation = fc.nat(RESERVATIONS - 1);
const amountMicros = fc.oneof(
  { weight: 5, arbitrary: fc.constant(1n) },
  { weight: 2, arbitrary: fc.constantFrom(...AMOUNTS) },
);
const owner = fc.constantFrom('gateway-1', 'gateway-2');
const key = fc.constantFrom('root' as const, 'child' as const);

const settlement: fc.Arbitrary<Settlement> = fc.oneof(
  fc.record({
    kind: fc.constant('committed' as const),
    actualMicros: amountMicros,
    sealedResponse: fc.constantFrom('sealed', undefined),
  }),
  fc.record({ kind: fc.constant('released' as const), recorded: fc.boolean() }),
);

const reserve = fc.record({
  kind: fc.constant('reserve' as const),
  reservation,
  key,
  claim: fc.constantFrom(0, 0, 0, 1, undefined),
  fingerprint: fc.constantFrom('body-1', 'body-1', 'body-1', 'body-1', 'body-2'),
  guard: fc.constantFrom(undefined, undefined, undefined, 'warn' as const, 'block' as const),
  amountMicros,
  caps: fc.subarray([0, 1, 2]),
  metered: fc.boolean(),
  policyVersion: fc.constantFrom(1, 2, 2, 2),
  refused: fc.constantFrom(false, false, false, false, false, false, true),
  approval: fc.constantFrom(undefined, undefined, undefined, undefined, 1n, 2n, 9_007_199_254_740_993n),
  isShadow: fc.constantFrom(false, false, false, true),
});

const decision = fc.constantFrom('approved' as const, 'approved' as const, 'denied' as const, 'expired' as const);

const anyCommand: fc.Arbitrary<AdmissionCommand> = fc.oneof(
  { weight: 8, arbitrary: reserve },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('launch' as const),
      reservation,
      owner,
      incarnation: fc.constantFrom(1, 1, 1, 1, 1, 2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('adopt' as const),
      purpose: fc.constantFrom('look' as const, 'resend' as const),
      reservation,
      owner,
      launchedWithinMs: fc.constantFrom(0, 3_600_000),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('settle' as const), reservation, settlement }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('true_up' as const), reservation, actualMicros: amountMicros }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('mark_in_doubt' as const), reservation }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('await' as const), reservation }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('decide' as const), reservation, decision }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('put_key' as const),
      key,
      revokedAtMs: fc.constantFrom(undefined, undefined, undefined, undefined, 1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('put_policy' as const), version: fc.constantFrom(1, 2, 2, 3) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('sweep' as const, 'confirm', 'in_doubt', 'kept', 'drop') }),
  },
);

/** A call on its way to an end, and a retry of it: what single random commands rarely add up to. */
const callAndRetry: fc.Arbitrary<readonly AdmissionCommand[]> = fc
  .record({
    first: reserve,
    second: reservation,
    owner,
    ending: settlement,
    doubtful: fc.boolean(),
    purpose: fc.constantFrom('look' as const, 'resend' as const),
  })
  .map(({ first, second, owner: by, ending, doubtful, purpose }) => {
    const { reservation: id } = first;
    const call = { ...first, claim: 0, fingerprint: 'body-1', amountMicros: 1n, refused: false };
    return [
      call,
      { kind: 'launch', reservation: id, owner: by, incarnation: 1 },
      doubtful ? { kind: 'mark_in_doubt', reservation: id } : { kind: 'settle', reservation: id, settlement: ending },
      { ...call, reservation: second },
      { kind: 'adopt', purpose, reservation: id, owner: 'gateway-2', launchedWithinMs: 3_600_000 },
      { kind: 'true_up', reservation: id, actualMicros: 2n },
    ];
  });

/** A request for approval, its decision, and the call under it. */
const askAndRetry: fc.Arbitrary<readonly AdmissionCommand[]> = fc
  .record({ first: reserve, second: reservation, decided: decision, awaited: fc.boolean(), more: fc.boolean() })
  .map(({ first, second, decided, awaited, more }) => {
    const { reservation: id } = first;
    const base = { claim: 1, fingerprint: 'body-1', amountMicros: 1n, refused: false, isShadow: false, approval: 2n };
    const call = { ...first, ...base };
    return [
      call,
      ...(awaited ? [{ kind: 'await' as const, reservation: id }] : []),
      { kind: 'decide', reservation: id, decision: decided },
      { ...call, reservation: second, approval: more ? 3n : 2n, amountMicros: more ? 2n : 1n },
      { kind: 'launch', reservation: second, owner: 'gateway-1', incarnation: 1 },
      { kind: 'confirm' },
    ];
  });

export const admissionCommands: fc.Arbitrary<readonly AdmissionCommand[]> = fc
  .array(
    fc.oneof(
      { weight: 14, arbitrary: anyCommand.map((one) => [one]) },
      { weight: 3, arbitrary: callAndRetry },
      { weight: 2, arbitrary: askAndRetry },
    ),
    { minLength: 4, maxLength: 16 },
  )
  .map((parts) => parts.flat());
