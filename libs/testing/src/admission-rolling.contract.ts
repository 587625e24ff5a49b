import type { HoldRequest } from '@keybrake/application';
import { type BoundCap, bindCap, ROLLING_24H } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { type AdmissionScene, DOLLAR, USD } from './admission-scene.js';

const SHORT = { lengthMs: 1_000, bucketMs: 50 };

/** Windows that move with the clock. `current` gives the scene of the running test. */
export function rollingWindowContract(current: () => AdmissionScene): void {
  function capOf(limitMicros: bigint): BoundCap {
    const { account: accountId, key } = current();
    const subjects = { accountId, agentType: 'billing', rootKeyId: key, keyId: key, runId: undefined };
    const cap = { scope: 'key', window: 'rolling_24h', currency: USD, direction: 'any', limitMicros } as const;
    return bindCap(cap, subjects, 'UTC') as BoundCap;
  }
  const holdOf = (cap: BoundCap, amountMicros: bigint, rolling = SHORT): HoldRequest => ({
    cap,
    amountMicros,
    windows: [],
    rolling,
  });
  const command = (cap: BoundCap, amountMicros = DOLLAR, rolling = SHORT) =>
    current().command({ caps: [], holds: [holdOf(cap, amountMicros, rolling)] });

  test('the last 24 hours count, to the cent; the call is stamped with its quarter of an hour', async () => {
    const scene = current();
    const cap = capOf(3n * DOLLAR);
    const first = command(cap, 2n * DOLLAR, ROLLING_24H);
    const { windows, reservedAtMs } = await scene.held(first);
    const [window] = windows;
    expect(window?.remainingMicros).toBe(DOLLAR);
    expect(Number(window?.span.id)).toBe(reservedAtMs - (reservedAtMs % ROLLING_24H.bucketMs));
    expect(window?.span.endsAtMs).toBe(Number(window?.span.id) + ROLLING_24H.bucketMs + ROLLING_24H.lengthMs);
    expect(await scene.store.reserve(command(cap, DOLLAR + 1n, ROLLING_24H))).toMatchObject({
      kind: 'refused',
      refusal: {
        code: 'cap_exceeded',
        cap: { window: 'rolling_24h', committedMicros: 0n, heldMicros: 2n * DOLLAR, resetsAtMs: window?.span.endsAtMs },
      },
    });
    await scene.settle(first, DOLLAR);
    expect((await scene.held(command(cap, 2n * DOLLAR, ROLLING_24H))).windows[0]?.remainingMicros).toBe(0n);
  });

  test('what an earlier bucket has used counts until it leaves, and the refusal tells when that is', async () => {
    const scene = current();
    const cap = capOf(3n * DOLLAR);
    const first = await scene.held(command(cap, 2n * DOLLAR));
    const firstSpan = first.windows[0]?.span;
    const later = await heldInALaterBucket(Number(firstSpan?.id));
    expect(later.windows[0]?.remainingMicros).toBe(0n);
    const refused = await scene.store.reserve(command(cap));
    expect(refused).toMatchObject({
      refusal: { code: 'cap_exceeded', cap: { heldMicros: 3n * DOLLAR, resetsAtMs: firstSpan?.endsAtMs } },
    });
    // Room for two dollars once the first has left; the dollar of the later bucket still counts.
    const again = await scene.untilHeld(() => command(cap, 2n * DOLLAR));
    expect(again.reservedAtMs).toBeGreaterThanOrEqual(first.reservedAtMs + SHORT.lengthMs);

    async function heldInALaterBucket(firstStartMs: number) {
      await expect.poll(() => Date.now() > firstStartMs + 2 * SHORT.bucketMs).toBe(true);
      return scene.held(command(cap));
    }
  });

  test('in no span of its length, wherever it begins, is more held than the limit (R1)', {
    timeout: 30_000,
  }, async () => {
    const scene = current();
    // Buckets so fine that calls made at once fall into several.
    const fine = { lengthMs: 400, bucketMs: 2 };
    const limit = 5;
    const cap = capOf(BigInt(limit) * DOLLAR);
    const heldAtMs: number[] = [];
    const agent = async () => {
      while (heldAtMs.length < 10 * limit) {
        const outcome = await scene.store.reserve(command(cap, DOLLAR, fine));
        if (outcome.kind === 'held') heldAtMs.push(outcome.reservedAtMs);
      }
    };
    await Promise.all(Array.from({ length: 6 }, agent));
    heldAtMs.sort((a, b) => a - b);
    for (const [index, atMs] of heldAtMs.slice(limit).entries()) {
      expect(atMs - (heldAtMs[index] as number)).toBeGreaterThanOrEqual(fine.lengthMs);
    }
  });
}
