import type { VaultKeyId } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { type AdmissionScene, DOLLAR } from './admission-scene.js';

/** The duplicate guard: one request under many idempotency keys. `current` gives the scene of the running test. */
export function duplicateGuardContract(current: () => AdmissionScene): void {
  test('20 calls of one request at once, each with a key of its own: one is held, 19 are named its duplicates', async () => {
    const scene = current();
    const cap = scene.capOf(100n * DOLLAR);
    const calls = Array.from({ length: 20 }, (_, index) =>
      scene.command({ caps: [cap], claim: scene.claimOf(`key-${index}`), guard: scene.guardOf('block') }),
    );
    const outcomes = await Promise.all(calls.map((call) => scene.store.reserve(call)));
    const held = calls.filter((_call, index) => outcomes[index]?.kind === 'held');
    expect(held).toHaveLength(1);
    const refusals = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.refusal] : []));
    expect(refusals).toHaveLength(19);
    for (const refusal of refusals) {
      expect(refusal).toEqual({
        code: 'duplicate_call',
        reservationId: held[0]?.reservationId,
        reservedAtMs: expect.any(Number),
      });
    }
    expect(await scene.balance(cap)).toEqual({ held: DOLLAR, committed: 0n });
  });

  test('a duplicate stays one when the first is committed, and a blocked one took neither its key nor money', async () => {
    const scene = current();
    const cap = scene.capOf(100n * DOLLAR);
    const first = scene.command({ caps: [cap], guard: scene.guardOf('block') });
    await scene.held(first);
    await scene.store.launch(scene.launchOf(first));
    await scene.settle(first, DOLLAR);
    const again = { caps: [cap], claim: scene.claimOf('key-2'), guard: scene.guardOf('block') };
    expect(await scene.store.reserve(scene.command(again))).toMatchObject({
      refusal: { code: 'duplicate_call', reservationId: first.reservationId },
    });
    expect(await scene.balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
    await scene.held(scene.command({ caps: [cap], claim: scene.claimOf('key-2', 'body-2') }));
  });

  test('what was released may be made again, unless a commit came after all (R5)', async () => {
    const scene = current();
    const first = scene.command({ guard: scene.guardOf('block') });
    await scene.held(first);
    await scene.release(first);
    const second = scene.command({ guard: scene.guardOf('block') });
    await scene.held(second);
    await scene.release(second);
    await scene.settle(first, DOLLAR);
    expect(await scene.store.reserve(scene.command({ guard: scene.guardOf('block') }))).toMatchObject({
      refusal: { code: 'duplicate_call', reservationId: first.reservationId },
    });
  });

  test('a guard that warns lets through and names the earlier call', async () => {
    const scene = current();
    const first = scene.command({ guard: scene.guardOf('warn') });
    expect((await scene.held(first)).duplicateOf).toBeUndefined();
    const second = scene.command({ guard: scene.guardOf('warn') });
    expect((await scene.held(second)).duplicateOf).toBe(first.reservationId);
    expect((await scene.held(second)).duplicateOf).toBe(first.reservationId);
  });

  test('a guard that blocks lets through in shadow, and says so', async () => {
    const scene = current();
    const first = scene.command({ guard: scene.guardOf('block') });
    await scene.held(first);
    const outcome = await scene.held(
      scene.command({ guard: scene.guardOf('block'), caps: [scene.capOf(0n)], isShadow: true }),
    );
    expect(outcome.duplicateOf).toBe(first.reservationId);
    expect(outcome.shadowRefusal).toMatchObject({ code: 'duplicate_call', reservationId: first.reservationId });
  });

  test('another request, another root key and a call before the window are no duplicates', async () => {
    const scene = current();
    const guard = scene.guardOf('block');
    await scene.held(scene.command({ caps: [], guard }));
    await scene.held(scene.command({ caps: [], guard: scene.guardOf('block', 'request-2') }));
    await scene.held(scene.command({ caps: [], guard: { ...guard, rootKeyId: 'other' as VaultKeyId } }));
    await expect
      .poll(
        async () => (await scene.store.reserve(scene.command({ caps: [], guard: { ...guard, windowMs: 20 } }))).kind,
      )
      .toBe('held');
  });

  test('the own retry of a call is answered by its idempotency key, not by the guard', async () => {
    const scene = current();
    const call = scene.command({ claim: scene.claimOf('key-1'), guard: scene.guardOf('block') });
    await scene.held(call);
    const retry = scene.command({ claim: scene.claimOf('key-1'), guard: scene.guardOf('block') });
    expect(await scene.store.reserve(retry)).toEqual({ kind: 'in_flight', reservationId: call.reservationId });
  });
}
