import { type VaultKeyId, windowCandidates } from '@keybrake/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { approvalContract } from './admission-approval.contract.js';
import { duplicateGuardContract } from './admission-guard.contract.js';
import { idempotencyContract } from './admission-idempotency.contract.js';
import { rollingWindowContract } from './admission-rolling.contract.js';
import { type AdmissionFixture, AdmissionScene, DOLLAR, POLICY, USD } from './admission-scene.js';

export type { AdmissionFixture } from './admission-scene.js';

/** What every admission store must do: the rules R1, R3, R4, R5, R6, R7 and R8 at the port. */
export function admissionStoreContract(name: string, open: () => Promise<AdmissionFixture>): void {
  describe(`admission store: ${name}`, () => {
    let fixture: AdmissionFixture;
    let scene: AdmissionScene;
    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(async () => {
      await fixture.close();
    });
    beforeEach(async () => {
      scene = await AdmissionScene.open(fixture);
    });

    idempotencyContract(() => scene);
    duplicateGuardContract(() => scene);
    approvalContract(() => scene);
    rollingWindowContract(() => scene);

    test('a hold counts against the cap until it is settled, then the actual amount does (R1)', async () => {
      const cap = scene.capOf(3n * DOLLAR);
      const first = scene.command({ caps: [cap], amountMicros: 2n * DOLLAR });
      const outcome = await scene.held(first);
      expect(outcome.windows[0]?.remainingMicros).toBe(DOLLAR);
      expect(await scene.balance(cap)).toEqual({ held: 2n * DOLLAR, committed: 0n });
      expect((await scene.store.reserve(scene.command({ caps: [cap], amountMicros: 2n * DOLLAR }))).kind).toBe(
        'refused',
      );
      await scene.store.launch(scene.launchOf(first));
      expect(await scene.settle(first, DOLLAR / 2n)).toBe('settled');
      expect(await scene.balance(cap)).toEqual({ held: 0n, committed: DOLLAR / 2n });
      await scene.held(scene.command({ caps: [cap], amountMicros: (5n * DOLLAR) / 2n }));
    });

    test('a cap refusal names the cap and what it stands at', async () => {
      const cap = scene.capOf(DOLLAR);
      await scene.held(scene.command({ caps: [cap] }));
      const outcome = await scene.store.reserve(scene.command({ caps: [cap] }));
      expect(outcome).toMatchObject({
        kind: 'refused',
        refusal: {
          code: 'cap_exceeded',
          requested: { currency: USD, micros: DOLLAR },
          cap: {
            scope: 'key',
            scopeId: scene.key,
            window: 'day',
            limitMicros: DOLLAR,
            committedMicros: 0n,
            heldMicros: DOLLAR,
          },
        },
      });
    });

    test('the last micro is usable and not one more', async () => {
      const cap = scene.capOf(3n);
      await scene.held(scene.command({ caps: [cap], amountMicros: 3n }));
      expect((await scene.store.reserve(scene.command({ caps: [cap], amountMicros: 1n }))).kind).toBe('refused');
    });

    test('100 of 300 concurrent calls fit a cap of 100 (R1)', async () => {
      const cap = scene.capOf(100n * DOLLAR);
      const outcomes = await Promise.all(
        Array.from({ length: 300 }, () => scene.store.reserve(scene.command({ caps: [cap] }))),
      );
      expect(outcomes.filter(({ kind }) => kind === 'held')).toHaveLength(100);
      expect(await scene.balance(cap)).toEqual({ held: 100n * DOLLAR, committed: 0n });
    });

    test('a call that one of two caps refuses holds nothing under the other', async () => {
      const wide = scene.capOf(10n * DOLLAR, 'account');
      const narrow = scene.capOf(0n);
      expect((await scene.store.reserve(scene.command({ caps: [wide, narrow] }))).kind).toBe('refused');
      expect((await scene.balance(wide)).held ?? 0n).toBe(0n);
    });

    test('every step repeated gives the same answer and changes nothing (R4)', async () => {
      const cap = scene.capOf(3n * DOLLAR);
      const call = scene.command({ caps: [cap], claim: scene.claimOf('key-1') });
      expect(await scene.store.reserve(call)).toEqual(await scene.store.reserve(call));
      expect(await scene.balance(cap)).toEqual({ held: DOLLAR, committed: 0n });
      expect(await scene.store.launch(scene.launchOf(call))).toEqual(await scene.store.launch(scene.launchOf(call)));
      expect(await scene.settle(call, DOLLAR)).toBe('settled');
      expect(await scene.settle(call, DOLLAR)).toBe('unchanged');
      expect(await scene.balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
    });

    test('a launch belongs to its owner', async () => {
      const call = scene.command();
      await scene.held(call);
      await scene.store.launch(scene.launchOf(call));
      const other = await scene.store.launch(scene.launchOf(call, { owner: 'gateway-2' }));
      expect(other).toEqual({ kind: 'refused', reason: 'not_held' });
    });

    test('what was released can not be launched any more (R3)', async () => {
      const call = scene.command();
      await scene.held(call);
      await scene.release(call);
      expect(await scene.store.launch(scene.launchOf(call))).toEqual({ kind: 'refused', reason: 'not_held' });
    });

    test('the sweep takes held reservations, never a launched one, and reports them until confirmed (R3)', async () => {
      const cap = scene.capOf(3n * DOLLAR);
      const launched = scene.command({ caps: [cap] });
      const forgotten = scene.command({ caps: [cap] });
      await scene.held(launched);
      await scene.held(forgotten);
      await scene.store.launch(scene.launchOf(launched));
      const ref = { accountId: scene.account, reservationId: forgotten.reservationId };
      expect(await scene.upkeep.sweepHeld(0, 10_000)).toContainEqual(ref);
      expect(await scene.upkeep.sweepHeld(0, 10_000)).toContainEqual(ref);
      await scene.upkeep.confirmSwept([ref]);
      expect(await scene.upkeep.sweepHeld(0, 10_000)).not.toContainEqual(ref);
      expect(await scene.balance(cap)).toEqual({ held: DOLLAR, committed: 0n });
      expect(await scene.store.launch(scene.launchOf(forgotten))).toEqual({ kind: 'refused', reason: 'not_held' });
    });

    test('a release that the log does not have is handed to the janitor', async () => {
      const call = scene.command();
      await scene.held(call);
      await scene.release(call, false);
      const ref = { accountId: scene.account, reservationId: call.reservationId };
      expect(await scene.upkeep.sweepHeld(3_600_000, 10_000)).toContainEqual(ref);
      await scene.upkeep.confirmSwept([ref]);
    });

    test('a commit wins over a release, a release never over a commit (R5)', async () => {
      const cap = scene.capOf(3n * DOLLAR);
      const call = scene.command({ caps: [cap] });
      await scene.held(call);
      await scene.store.launch(scene.launchOf(call));
      expect(await scene.release(call)).toBe('settled');
      expect(await scene.settle(call, DOLLAR)).toBe('settled');
      expect(await scene.balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
      expect(await scene.release(call)).toBe('unchanged');
      expect(await scene.balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
    });

    test('a final price takes the place of the committed amount in the stamped window, up and down (R6)', async () => {
      const cap = scene.capOf(3n * DOLLAR);
      const call = scene.command({ caps: [cap], amountMicros: 2n * DOLLAR });
      await scene.held(call);
      await scene.store.launch(scene.launchOf(call));
      expect(await scene.store.trueUp(call, DOLLAR)).toBe('unchanged');
      await scene.settle(call, 2n * DOLLAR);
      expect(await scene.store.trueUp(call, DOLLAR / 2n)).toBe('adjusted');
      expect(await scene.store.trueUp(call, DOLLAR / 2n)).toBe('unchanged');
      expect(await scene.balance(cap)).toEqual({ held: 0n, committed: DOLLAR / 2n });
      await scene.held(scene.command({ caps: [cap], amountMicros: (5n * DOLLAR) / 2n }));
      expect(await scene.store.trueUp(call, 4n * DOLLAR)).toBe('adjusted');
      expect(await scene.balance(cap)).toEqual({ held: (5n * DOLLAR) / 2n, committed: 4n * DOLLAR });
      expect(await scene.settle(call, DOLLAR)).toBe('unchanged');
      expect((await scene.store.reserve(scene.command({ caps: [cap], amountMicros: 1n }))).kind).toBe('refused');
    });

    test('a final price of a released or unknown call changes nothing', async () => {
      const cap = scene.capOf(3n * DOLLAR);
      const call = scene.command({ caps: [cap] });
      expect(await scene.store.trueUp(call, DOLLAR)).toBe('unchanged');
      await scene.held(call);
      await scene.release(call);
      expect(await scene.store.trueUp(call, DOLLAR)).toBe('unchanged');
      expect(await scene.balance(cap)).toEqual({ held: 0n, committed: 0n });
    });

    test('a revoked key reserves nothing and launches nothing, nor does a key below it (R7)', async () => {
      const child = `child-${scene.key}` as VaultKeyId;
      await scene.putKey(child);
      const call = scene.command({ lineage: [child, scene.key] });
      await scene.held(call);
      await scene.putKey(scene.key, { revokedAtMs: 1 });
      expect(await scene.store.launch(scene.launchOf(call))).toEqual({ kind: 'refused', reason: 'revoked' });
      const again = await scene.store.reserve(scene.command({ lineage: [child, scene.key] }));
      expect(again).toEqual({ kind: 'refused', refusal: { code: 'key_revoked' } });
    });

    test('a revoke is not undone by a later write of the key', async () => {
      await scene.putKey(scene.key, { revokedAtMs: 1 });
      await scene.putKey(scene.key);
      expect(await scene.store.reserve(scene.command())).toEqual({ kind: 'refused', refusal: { code: 'key_revoked' } });
    });

    test('a frozen account reserves and launches nothing until it is thawed', async () => {
      const call = scene.command();
      await scene.held(call);
      await scene.store.setAccountFrozen(scene.account, true);
      await scene.store.setAccountFrozen(scene.account, true);
      expect(await scene.store.launch(scene.launchOf(call))).toEqual({ kind: 'refused', reason: 'frozen' });
      const frozen = { kind: 'refused', refusal: { code: 'account_frozen' } };
      expect(await scene.store.reserve(scene.command())).toEqual(frozen);
      await scene.store.setAccountFrozen(scene.account, false);
      await scene.held(scene.command());
    });

    test('expired and unknown keys are refused, each by its name', async () => {
      await scene.putKey(scene.key, { expiresAtMs: 1 });
      expect(await scene.store.reserve(scene.command())).toEqual({ kind: 'refused', refusal: { code: 'key_expired' } });
      const unknown = await scene.store.reserve(scene.command({ lineage: ['nobody' as VaultKeyId] }));
      expect(unknown).toEqual({ kind: 'refused', refusal: { code: 'key_invalid' } });
    });

    test('an older policy version is stale; an older write of the version changes nothing', async () => {
      await scene.store.putPolicyVersion(scene.account, POLICY, 3);
      await scene.store.putPolicyVersion(scene.account, POLICY, 2);
      expect(await scene.store.reserve(scene.command({ policyVersion: 2 }))).toEqual({ kind: 'stale_policy' });
      await scene.held(scene.command({ policyVersion: 3 }));
    });

    test('a monthly quota admits as many calls as it says, and counts none that was refused', async () => {
      const windows = windowCandidates('month', 'UTC', Date.now());
      const meters = [{ kind: 'quota', counter: `quota/${scene.key}`, limit: 3, windows }] as const;
      expect((await scene.store.reserve(scene.command({ meters, caps: [scene.capOf(0n)] }))).kind).toBe('refused');
      for (let call = 0; call < 3; call += 1) await scene.held(scene.command({ meters, caps: [] }));
      expect(await scene.store.reserve(scene.command({ meters, caps: [] }))).toMatchObject({
        kind: 'refused',
        refusal: { code: 'quota_exceeded', limit: 3, resetsAtMs: windows[1]?.endsAtMs },
      });
    });

    test('in shadow a call without room is held, and told what it would have been refused for', async () => {
      const cap = scene.capOf(DOLLAR);
      const windows = windowCandidates('month', 'UTC', Date.now());
      const meters = [{ kind: 'quota', counter: `quota/${scene.key}`, limit: 1, windows }] as const;
      const first = await scene.held(scene.command({ caps: [cap], meters, isShadow: true }));
      expect(first.shadowRefusal).toBeUndefined();
      const over = scene.command({ caps: [cap], meters, isShadow: true });
      for (const outcome of [await scene.held(over), await scene.held(over)]) {
        expect(outcome.shadowRefusal).toMatchObject({ code: 'cap_exceeded', cap: { heldMicros: DOLLAR } });
        expect(outcome.windows[0]?.remainingMicros).toBe(0n);
      }
      expect(await scene.balance(cap)).toEqual({ held: 2n * DOLLAR, committed: 0n });
      const uncapped = await scene.held(scene.command({ caps: [], meters, isShadow: true }));
      expect(uncapped.shadowRefusal).toMatchObject({ code: 'quota_exceeded', limit: 1 });
      // What it holds counts for those that are not in shadow.
      expect((await scene.store.reserve(scene.command({ caps: [cap] }))).kind).toBe('refused');
      await scene.putKey(scene.key, { revokedAtMs: 1 });
      const dead = await scene.store.reserve(scene.command({ isShadow: true }));
      expect(dead).toEqual({ kind: 'refused', refusal: { code: 'key_revoked' } });
    });

    test('the window is the one that holds the clock of the store, whatever the caller offers beside it (R6)', async () => {
      const windows = windowCandidates('day', 'UTC', Date.now() + 20 * 3_600_000);
      const cap = scene.capOf(DOLLAR);
      const outcome = await scene.held(scene.command({ caps: [], holds: [{ cap, amountMicros: 1n, windows }] }));
      const span = outcome.windows[0]?.span;
      expect(span?.startsAtMs).toBeLessThanOrEqual(outcome.reservedAtMs);
      expect(span?.endsAtMs).toBeGreaterThan(outcome.reservedAtMs);
    });
  });
}
