import type { ReserveCommand } from '@keybrake/application';
import type { VaultKeyId } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { type AdmissionScene, DOLLAR } from './admission-scene.js';

/** R8: claims, replays, calls in doubt. `current` gives the scene of the running test. */
export function idempotencyContract(current: () => AdmissionScene): void {
  test("a policy's refusal is answered as given, and claims nothing", async () => {
    const scene = current();
    const refusal = { code: 'run_id_required' } as const;
    const refusedCall = scene.command({ refusal, claim: scene.claimOf('key-1') });
    expect(await scene.store.reserve(refusedCall)).toEqual({ kind: 'refused', refusal });
    await scene.held(scene.command({ claim: scene.claimOf('key-1', 'body-2') }));
  });

  test('one idempotency key: one hold, then its answer, for 20 calls at once (R8)', async () => {
    const scene = current();
    const cap = scene.capOf(100n * DOLLAR);
    const calls = Array.from({ length: 20 }, () => scene.command({ caps: [cap], claim: scene.claimOf('key-1') }));
    const outcomes = await Promise.all(calls.map((call) => scene.store.reserve(call)));
    const winners = calls.filter((_call, index) => outcomes[index]?.kind === 'held');
    expect(winners).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'in_flight')).toHaveLength(19);
    const [winner] = winners as [ReserveCommand];
    await scene.store.launch(scene.launchOf(winner));
    await scene.settle(winner, DOLLAR, 'sealed');
    expect(await scene.store.reserve(scene.command({ caps: [cap], claim: scene.claimOf('key-1') }))).toEqual({
      kind: 'completed',
      reservationId: winner.reservationId,
      sealedResponse: 'sealed',
    });
    expect(await scene.balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
  });

  test('another body under the same idempotency key is a mismatch; another root key is another namespace', async () => {
    const scene = current();
    await scene.held(scene.command({ claim: scene.claimOf('key-1') }));
    expect(await scene.store.reserve(scene.command({ claim: scene.claimOf('key-1', 'body-2') }))).toEqual({
      kind: 'refused',
      refusal: { code: 'idempotency_mismatch' },
    });
    await scene.held(scene.command({ claim: { ...scene.claimOf('key-1'), rootKeyId: 'other' as VaultKeyId } }));
  });

  test('a key whose call was released is free again, and one that a cap refused was never taken', async () => {
    const scene = current();
    const cap = scene.capOf(DOLLAR);
    const call = scene.command({ caps: [cap], claim: scene.claimOf('key-1') });
    await scene.held(call);
    expect((await scene.store.reserve(scene.command({ caps: [cap], claim: scene.claimOf('key-2') }))).kind).toBe(
      'refused',
    );
    await scene.release(call);
    const second = scene.command({ caps: [cap], claim: scene.claimOf('key-1', 'body-2') });
    await scene.held(second);
    await scene.release(second);
    await scene.held(scene.command({ caps: [cap], claim: scene.claimOf('key-2', 'body-3') }));
  });

  test('launched past its deadline is in doubt: listed, and adopted by one of two retries', async () => {
    const scene = current();
    const call = scene.command({ claim: scene.claimOf('key-1') });
    await scene.held(call);
    await scene.store.launch(scene.launchOf(call));
    expect((await scene.store.reserve(scene.command({ claim: scene.claimOf('key-1') }))).kind).toBe('in_flight');
    await scene.store.markInDoubt(call);
    expect(await scene.upkeep.listInDoubt(10_000)).toContainEqual({
      accountId: scene.account,
      reservationId: call.reservationId,
    });
    const doubts = await scene.upkeep.doubtsAmong([call]);
    expect([...doubts.keys()]).toEqual([call.reservationId]);
    expect(await scene.upkeep.listInDoubt(1, 10_000)).toEqual([]);
    const retry = await scene.store.reserve(scene.command({ claim: scene.claimOf('key-1') }));
    expect(retry).toMatchObject({ kind: 'in_doubt', reservationId: call.reservationId });
    const adopt = (owner: string, launchedWithinMs = 60_000) =>
      scene.store.adopt({
        purpose: 'resend',
        reservationId: call.reservationId,
        accountId: scene.account,
        lineage: [scene.key],
        owner,
        outcomeDueMs: 60_000,
        launchedWithinMs,
      });
    expect(await adopt('late', 0)).toEqual({ kind: 'refused', reason: 'window_closed' });
    const kinds = (await Promise.all([adopt('gateway-2'), adopt('gateway-3')])).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['launched', 'refused']);
    expect((await scene.store.reserve(scene.command({ claim: scene.claimOf('key-1') }))).kind).toBe('in_flight');
  });

  test('after a revoke a call in doubt may be looked at, by one at a time, but not sent again', async () => {
    const scene = current();
    const call = scene.command({ claim: scene.claimOf('key-1') });
    await scene.held(call);
    const adopt = (purpose: 'look' | 'resend', owner: string) =>
      scene.store.adopt({
        purpose,
        reservationId: call.reservationId,
        accountId: scene.account,
        lineage: [scene.key],
        owner,
        outcomeDueMs: 60_000,
        launchedWithinMs: purpose === 'look' ? 0 : 60_000,
      });
    expect(await adopt('look', 'resolver-1')).toEqual({ kind: 'refused', reason: 'not_in_doubt' });
    const launch = await scene.store.launch(scene.launchOf(call));
    expect(await adopt('look', 'resolver-1')).toEqual({ kind: 'refused', reason: 'not_in_doubt' });
    await scene.store.markInDoubt(call);
    await scene.putKey(scene.key, { revokedAtMs: 1 });
    expect(await adopt('resend', 'gateway-2')).toEqual({ kind: 'refused', reason: 'revoked' });
    const taken = { ...launch, incarnation: 1 };
    expect(await adopt('look', 'resolver-1')).toEqual(taken);
    expect(await adopt('look', 'resolver-2')).toEqual({ kind: 'refused', reason: 'not_in_doubt' });
    expect(await adopt('look', 'resolver-1')).toEqual(taken);
    expect(await adopt('resend', 'resolver-1')).toEqual({ kind: 'refused', reason: 'revoked' });
    await scene.store.markInDoubt(call);
    expect((await scene.upkeep.doubtsAmong([call])).size).toBe(1);
  });

  test('kept responses are listed and dropped', async () => {
    const scene = current();
    const call = scene.command({ claim: scene.claimOf('key-1') });
    await scene.held(call);
    await scene.store.launch(scene.launchOf(call));
    await scene.settle(call, DOLLAR, 'sealed');
    const ref = { accountId: scene.account, reservationId: call.reservationId };
    expect(await scene.upkeep.listKeptResponses(0, 10_000)).toContainEqual(ref);
    await scene.upkeep.dropResponses([ref]);
    const replay = await scene.store.reserve(scene.command({ claim: scene.claimOf('key-1') }));
    expect(replay).toMatchObject({ kind: 'completed', sealedResponse: undefined });
  });
}
