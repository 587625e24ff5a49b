import type {
  AdmissionStore,
  AdmissionUpkeep,
  Claim,
  LaunchCommand,
  ReserveCommand,
  ReserveOutcome,
} from '@keybrake/application';
import {
  type AccountId,
  type BoundCap,
  bindCap,
  type Currency,
  type PolicyId,
  type ReservationId,
  type VaultKeyId,
  windowCandidates,
} from '@keybrake/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/** A store under test; both sides look at the same state. */
export interface AdmissionFixture {
  readonly store: AdmissionStore;
  readonly upkeep: AdmissionUpkeep;
  close(): Promise<void>;
}

const USD = 'usd' as Currency;
const DOLLAR = 1_000_000n;
const POLICY = 'pol_1' as PolicyId;

/** What every admission store must do: the rules R1, R3, R4, R5, R7 and R8 at the port. */
export function admissionStoreContract(name: string, open: () => Promise<AdmissionFixture>): void {
  describe(`admission store: ${name}`, () => {
    let fixture: AdmissionFixture;
    let account: AccountId;
    let key: VaultKeyId;
    let serial = 0;

    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(async () => {
      await fixture.close();
    });
    beforeEach(async () => {
      serial += 1;
      account = `acct-${serial}` as AccountId;
      key = `key${serial}` as VaultKeyId;
      await putKey(key);
      await fixture.store.putPolicyVersion(account, POLICY, 1);
    });

    const putKey = (keyId: VaultKeyId, more: { expiresAtMs?: number; revokedAtMs?: number } = {}) =>
      fixture.store.putKey({ accountId: account, keyId, expiresAtMs: undefined, revokedAtMs: undefined, ...more });
    const newId = () => `rsv_${account}_${Math.random().toString(36).slice(2)}` as ReservationId;
    const capOf = (limitMicros: bigint, scope: 'key' | 'account' = 'key') =>
      bindCap(
        { scope, window: 'day', currency: USD, direction: 'any', limitMicros },
        { accountId: account, agentType: 'billing', rootKeyId: key, keyId: key, runId: undefined },
        'UTC',
      ) as BoundCap;
    const command = (
      more: Partial<ReserveCommand> & { caps?: BoundCap[]; amountMicros?: bigint } = {},
    ): ReserveCommand => {
      const { caps = [capOf(3n * DOLLAR)], amountMicros = DOLLAR, ...rest } = more;
      const windows = windowCandidates('day', 'UTC', Date.now());
      return {
        reservationId: newId(),
        accountId: account,
        lineage: [key],
        policyId: POLICY,
        policyVersion: 1,
        refusal: undefined,
        claim: undefined,
        meters: [],
        holds: caps.map((cap) => ({ cap, amountMicros, windows })),
        ...rest,
      };
    };
    const claimOf = (idempotencyKey: string, fingerprint = 'body-1'): Claim => ({
      rootKeyId: key,
      keyHash: idempotencyKey,
      fingerprint,
    });
    const launchOf = (reserve: ReserveCommand, more: Partial<LaunchCommand> = {}): LaunchCommand => ({
      reservationId: reserve.reservationId,
      accountId: account,
      lineage: reserve.lineage,
      incarnation: 1,
      owner: 'gateway-1',
      outcomeDueMs: 60_000,
      ...more,
    });
    const settle = (reserve: ReserveCommand, actualMicros: bigint, sealedResponse?: string) =>
      fixture.store.settle(reserve, { kind: 'committed', actualMicros, sealedResponse });
    const release = (reserve: ReserveCommand, recorded = true) =>
      fixture.store.settle(reserve, { kind: 'released', recorded });
    const held = async (reserve: ReserveCommand) => {
      const outcome = await fixture.store.reserve(reserve);
      expect(outcome.kind).toBe('held');
      return outcome as Extract<ReserveOutcome, { kind: 'held' }>;
    };
    const balance = async (cap: BoundCap) => {
      const [row] = await fixture.upkeep.capStates(account, [cap.counter]);
      return { held: row?.heldMicros, committed: row?.committedMicros };
    };

    test('a hold counts against the cap until it is settled, then the actual amount does (R1)', async () => {
      const cap = capOf(3n * DOLLAR);
      const first = command({ caps: [cap], amountMicros: 2n * DOLLAR });
      const outcome = await held(first);
      expect(outcome.windows[0]?.remainingMicros).toBe(DOLLAR);
      expect(await balance(cap)).toEqual({ held: 2n * DOLLAR, committed: 0n });
      expect((await fixture.store.reserve(command({ caps: [cap], amountMicros: 2n * DOLLAR }))).kind).toBe('refused');
      await fixture.store.launch(launchOf(first));
      expect(await settle(first, DOLLAR / 2n)).toBe('settled');
      expect(await balance(cap)).toEqual({ held: 0n, committed: DOLLAR / 2n });
      await held(command({ caps: [cap], amountMicros: (5n * DOLLAR) / 2n }));
    });

    test('a cap refusal names the cap and what it stands at', async () => {
      const cap = capOf(DOLLAR);
      await held(command({ caps: [cap] }));
      const outcome = await fixture.store.reserve(command({ caps: [cap] }));
      expect(outcome).toMatchObject({
        kind: 'refused',
        refusal: {
          code: 'cap_exceeded',
          requested: { currency: USD, micros: DOLLAR },
          cap: {
            scope: 'key',
            scopeId: key,
            window: 'day',
            limitMicros: DOLLAR,
            committedMicros: 0n,
            heldMicros: DOLLAR,
          },
        },
      });
    });

    test('the last micro is usable and not one more', async () => {
      const cap = capOf(3n);
      await held(command({ caps: [cap], amountMicros: 3n }));
      expect((await fixture.store.reserve(command({ caps: [cap], amountMicros: 1n }))).kind).toBe('refused');
    });

    test('100 of 300 concurrent calls fit a cap of 100 (R1)', async () => {
      const cap = capOf(100n * DOLLAR);
      const outcomes = await Promise.all(
        Array.from({ length: 300 }, () => fixture.store.reserve(command({ caps: [cap] }))),
      );
      expect(outcomes.filter(({ kind }) => kind === 'held')).toHaveLength(100);
      expect(await balance(cap)).toEqual({ held: 100n * DOLLAR, committed: 0n });
    });

    test('a call that one of two caps refuses holds nothing under the other', async () => {
      const wide = capOf(10n * DOLLAR, 'account');
      const narrow = capOf(0n);
      expect((await fixture.store.reserve(command({ caps: [wide, narrow] }))).kind).toBe('refused');
      expect((await balance(wide)).held ?? 0n).toBe(0n);
    });

    test('every step repeated gives the same answer and changes nothing (R4)', async () => {
      const cap = capOf(3n * DOLLAR);
      const call = command({ caps: [cap], claim: claimOf('key-1') });
      expect(await fixture.store.reserve(call)).toEqual(await fixture.store.reserve(call));
      expect(await balance(cap)).toEqual({ held: DOLLAR, committed: 0n });
      expect(await fixture.store.launch(launchOf(call))).toEqual(await fixture.store.launch(launchOf(call)));
      expect(await settle(call, DOLLAR)).toBe('settled');
      expect(await settle(call, DOLLAR)).toBe('unchanged');
      expect(await balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
    });

    test('a launch belongs to its owner', async () => {
      const call = command();
      await held(call);
      await fixture.store.launch(launchOf(call));
      const other = await fixture.store.launch(launchOf(call, { owner: 'gateway-2' }));
      expect(other).toEqual({ kind: 'refused', reason: 'not_held' });
    });

    test('what was released can not be launched any more (R3)', async () => {
      const call = command();
      await held(call);
      await release(call);
      expect(await fixture.store.launch(launchOf(call))).toEqual({ kind: 'refused', reason: 'not_held' });
    });

    test('the sweep takes held reservations, never a launched one, and reports them until confirmed (R3)', async () => {
      const cap = capOf(3n * DOLLAR);
      const launched = command({ caps: [cap] });
      const forgotten = command({ caps: [cap] });
      await held(launched);
      await held(forgotten);
      await fixture.store.launch(launchOf(launched));
      const ref = { accountId: account, reservationId: forgotten.reservationId };
      expect(await fixture.upkeep.sweepHeld(0, 10_000)).toContainEqual(ref);
      expect(await fixture.upkeep.sweepHeld(0, 10_000)).toContainEqual(ref);
      await fixture.upkeep.confirmSwept([ref]);
      expect(await fixture.upkeep.sweepHeld(0, 10_000)).not.toContainEqual(ref);
      expect(await balance(cap)).toEqual({ held: DOLLAR, committed: 0n });
      expect(await fixture.store.launch(launchOf(forgotten))).toEqual({ kind: 'refused', reason: 'not_held' });
    });

    test('a release that the log does not have is handed to the janitor', async () => {
      const call = command();
      await held(call);
      await release(call, false);
      const ref = { accountId: account, reservationId: call.reservationId };
      expect(await fixture.upkeep.sweepHeld(3_600_000, 10_000)).toContainEqual(ref);
      await fixture.upkeep.confirmSwept([ref]);
    });

    test('a commit wins over a release, a release never over a commit (R5)', async () => {
      const cap = capOf(3n * DOLLAR);
      const call = command({ caps: [cap] });
      await held(call);
      await fixture.store.launch(launchOf(call));
      expect(await release(call)).toBe('settled');
      expect(await settle(call, DOLLAR)).toBe('settled');
      expect(await balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
      expect(await release(call)).toBe('unchanged');
      expect(await balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
    });

    test('a revoked key reserves nothing and launches nothing, nor does a key below it (R7)', async () => {
      const child = `child${serial}` as VaultKeyId;
      await putKey(child);
      const call = command({ lineage: [child, key] });
      await held(call);
      await putKey(key, { revokedAtMs: 1 });
      expect(await fixture.store.launch(launchOf(call))).toEqual({ kind: 'refused', reason: 'revoked' });
      const again = await fixture.store.reserve(command({ lineage: [child, key] }));
      expect(again).toEqual({ kind: 'refused', refusal: { code: 'key_revoked' } });
    });

    test('a revoke is not undone by a later write of the key', async () => {
      await putKey(key, { revokedAtMs: 1 });
      await putKey(key);
      expect(await fixture.store.reserve(command())).toEqual({ kind: 'refused', refusal: { code: 'key_revoked' } });
    });

    test('expired and unknown keys are refused, each by its name', async () => {
      await putKey(key, { expiresAtMs: 1 });
      expect(await fixture.store.reserve(command())).toEqual({ kind: 'refused', refusal: { code: 'key_expired' } });
      const unknown = await fixture.store.reserve(command({ lineage: ['nobody' as VaultKeyId] }));
      expect(unknown).toEqual({ kind: 'refused', refusal: { code: 'key_invalid' } });
    });

    test('an older policy version is stale; an older write of the version changes nothing', async () => {
      await fixture.store.putPolicyVersion(account, POLICY, 3);
      await fixture.store.putPolicyVersion(account, POLICY, 2);
      expect(await fixture.store.reserve(command({ policyVersion: 2 }))).toEqual({ kind: 'stale_policy' });
      await held(command({ policyVersion: 3 }));
    });

    test("a policy's refusal is answered as given, and claims nothing", async () => {
      const refusal = { code: 'run_id_required' } as const;
      const refusedCall = command({ refusal, claim: claimOf('key-1') });
      expect(await fixture.store.reserve(refusedCall)).toEqual({ kind: 'refused', refusal });
      await held(command({ claim: claimOf('key-1', 'body-2') }));
    });

    test('one idempotency key: one hold, then its answer, for 20 calls at once (R8)', async () => {
      const cap = capOf(100n * DOLLAR);
      const calls = Array.from({ length: 20 }, () => command({ caps: [cap], claim: claimOf('key-1') }));
      const outcomes = await Promise.all(calls.map((call) => fixture.store.reserve(call)));
      const winners = calls.filter((_call, index) => outcomes[index]?.kind === 'held');
      expect(winners).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'in_flight')).toHaveLength(19);
      const [winner] = winners as [ReserveCommand];
      await fixture.store.launch(launchOf(winner));
      await settle(winner, DOLLAR, 'sealed');
      expect(await fixture.store.reserve(command({ caps: [cap], claim: claimOf('key-1') }))).toEqual({
        kind: 'completed',
        reservationId: winner.reservationId,
        sealedResponse: 'sealed',
      });
      expect(await balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
    });

    test('another body under the same idempotency key is a mismatch; another root key is another namespace', async () => {
      await held(command({ claim: claimOf('key-1') }));
      expect(await fixture.store.reserve(command({ claim: claimOf('key-1', 'body-2') }))).toEqual({
        kind: 'refused',
        refusal: { code: 'idempotency_mismatch' },
      });
      await held(command({ claim: { ...claimOf('key-1'), rootKeyId: 'other' as VaultKeyId } }));
    });

    test('a key whose call was released is free again, and one that a cap refused was never taken', async () => {
      const cap = capOf(DOLLAR);
      const call = command({ caps: [cap], claim: claimOf('key-1') });
      await held(call);
      expect((await fixture.store.reserve(command({ caps: [cap], claim: claimOf('key-2') }))).kind).toBe('refused');
      await release(call);
      const second = command({ caps: [cap], claim: claimOf('key-1', 'body-2') });
      await held(second);
      await release(second);
      await held(command({ caps: [cap], claim: claimOf('key-2', 'body-3') }));
    });

    test('launched past its deadline is in doubt: listed, and adopted by one of two retries', async () => {
      const call = command({ claim: claimOf('key-1') });
      await held(call);
      await fixture.store.launch(launchOf(call));
      expect((await fixture.store.reserve(command({ claim: claimOf('key-1') }))).kind).toBe('in_flight');
      await fixture.store.markInDoubt(call);
      expect(await fixture.upkeep.listInDoubt(10_000)).toContainEqual({
        accountId: account,
        reservationId: call.reservationId,
      });
      const retry = await fixture.store.reserve(command({ claim: claimOf('key-1') }));
      expect(retry).toMatchObject({ kind: 'in_doubt', reservationId: call.reservationId });
      const adopt = (owner: string, launchedWithinMs = 60_000) =>
        fixture.store.adopt({
          reservationId: call.reservationId,
          accountId: account,
          lineage: [key],
          owner,
          outcomeDueMs: 60_000,
          launchedWithinMs,
        });
      expect(await adopt('late', 0)).toEqual({ kind: 'refused', reason: 'window_closed' });
      const kinds = (await Promise.all([adopt('gateway-2'), adopt('gateway-3')])).map(({ kind }) => kind);
      expect(kinds.sort()).toEqual(['launched', 'refused']);
      expect((await fixture.store.reserve(command({ claim: claimOf('key-1') }))).kind).toBe('in_flight');
    });

    test('no adoption after a revoke', async () => {
      const call = command({ claim: claimOf('key-1') });
      await held(call);
      await fixture.store.launch(launchOf(call));
      await fixture.store.markInDoubt(call);
      await putKey(key, { revokedAtMs: 1 });
      const adopted = await fixture.store.adopt({
        reservationId: call.reservationId,
        accountId: account,
        lineage: [key],
        owner: 'gateway-2',
        outcomeDueMs: 60_000,
        launchedWithinMs: 60_000,
      });
      expect(adopted).toEqual({ kind: 'refused', reason: 'revoked' });
    });

    test('a monthly quota admits as many calls as it says, and counts none that was refused', async () => {
      const windows = windowCandidates('month', 'UTC', Date.now());
      const meters = [{ kind: 'quota', counter: `quota/${key}`, limit: 3, windows }] as const;
      expect((await fixture.store.reserve(command({ meters, caps: [capOf(0n)] }))).kind).toBe('refused');
      for (let call = 0; call < 3; call += 1) await held(command({ meters, caps: [] }));
      expect(await fixture.store.reserve(command({ meters, caps: [] }))).toMatchObject({
        kind: 'refused',
        refusal: { code: 'quota_exceeded', limit: 3, resetsAtMs: windows[1]?.endsAtMs },
      });
    });

    test('the window is the one that holds the clock of the store, whatever the caller offers beside it (R6)', async () => {
      const windows = windowCandidates('day', 'UTC', Date.now() + 20 * 3_600_000);
      const cap = capOf(DOLLAR);
      const outcome = await held(command({ caps: [], holds: [{ cap, amountMicros: 1n, windows }] }));
      const span = outcome.windows[0]?.span;
      expect(span?.startsAtMs).toBeLessThanOrEqual(outcome.reservedAtMs);
      expect(span?.endsAtMs).toBeGreaterThan(outcome.reservedAtMs);
    });

    test('kept responses are listed and dropped', async () => {
      const call = command({ claim: claimOf('key-1') });
      await held(call);
      await fixture.store.launch(launchOf(call));
      await settle(call, DOLLAR, 'sealed');
      const ref = { accountId: account, reservationId: call.reservationId };
      expect(await fixture.upkeep.listKeptResponses(0, 10_000)).toContainEqual(ref);
      await fixture.upkeep.dropResponses([ref]);
      const replay = await fixture.store.reserve(command({ claim: claimOf('key-1') }));
      expect(replay).toMatchObject({ kind: 'completed', sealedResponse: undefined });
    });
  });
}
