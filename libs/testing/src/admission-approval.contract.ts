import { expect, test } from 'vitest';
import { type AdmissionScene, DOLLAR, USD } from './admission-scene.js';

const LATER_MS = 3_600_000;

/** Calls that wait for a person. `current` gives the scene of the running test. */
export function approvalContract(current: () => AdmissionScene): void {
  const approvalOf = (micros = DOLLAR, validMs = LATER_MS) => ({ currency: USD, micros, validMs });
  const approved = () => ({ kind: 'approved' as const, untilMs: Date.now() + LATER_MS });

  /** A call with the idempotency key of the test; the cap is just the amount. */
  const asking = (more: Parameters<AdmissionScene['command']>[0] = {}) => {
    const scene = current();
    const base = { caps: [scene.capOf(DOLLAR)], claim: scene.claimOf('key-1'), approval: approvalOf() };
    return scene.command({ ...base, ...more });
  };
  const waiting = async (more: Parameters<AdmissionScene['command']>[0] = {}) => {
    const request = asking(more);
    expect((await current().held(request)).approval).toEqual({ untilMs: expect.any(Number) });
    expect(await current().store.awaitApproval(request)).toBe(true);
    return request;
  };

  test('what asks for approval is held and never launched; its key is told that it waits', async () => {
    const scene = current();
    const cap = scene.capOf(DOLLAR);
    const request = asking();
    const before = Date.now();
    const { approval } = await scene.held(request);
    expect(approval).toEqual({ untilMs: expect.any(Number) });
    const notHeld = { kind: 'refused', reason: 'not_held' };
    expect(await scene.store.launch(scene.launchOf(request))).toEqual(notHeld);
    expect(await scene.store.reserve(asking())).toEqual({
      kind: 'in_flight',
      reservationId: request.reservationId,
    });
    expect(await scene.store.awaitApproval(request)).toBe(true);
    expect(await scene.store.awaitApproval(request)).toBe(true);
    expect(await scene.store.launch(scene.launchOf(request))).toEqual(notHeld);
    const answer = await scene.store.reserve(asking());
    expect(answer).toMatchObject({
      kind: 'not_approved',
      state: 'waiting',
      reservationId: request.reservationId,
    });
    const { untilMs } = answer as { untilMs: number };
    expect(untilMs - before).toBeGreaterThanOrEqual(LATER_MS - 60_000);
    expect(await scene.balance(cap)).toEqual({ held: DOLLAR, committed: 0n });
    const other = scene.command({ caps: [cap], amountMicros: 1n });
    expect(await scene.store.reserve(other)).toMatchObject({ refusal: { code: 'cap_exceeded' } });
  });

  test('the janitor releases what is not recorded yet, and nothing that waits', async () => {
    const scene = current();
    const lost = asking();
    await scene.held(lost);
    const kept = await waiting({ caps: [], claim: scene.claimOf('key-2') });
    const swept = await scene.upkeep.sweepHeld(0, 1_000);
    const ids = swept.map(({ reservationId }) => reservationId);
    expect([ids.includes(lost.reservationId), ids.includes(kept.reservationId)]).toEqual([true, false]);
    expect(await scene.store.awaitApproval(lost)).toBe(false);
    expect(await scene.store.decideApproval(lost, approved())).toBe(false);
    // The key is free for another request.
    expect((await scene.held(asking())).approval).toEqual({ untilMs: expect.any(Number) });
  });

  test('20 retries at once of an approved request: one takes its place, in the same room, and is executed once', async () => {
    const scene = current();
    const request = await waiting();
    expect(await scene.store.decideApproval(request, approved())).toBe(true);
    expect(await scene.store.decideApproval(request, approved())).toBe(true);
    const retries = Array.from({ length: 20 }, () => asking());
    const outcomes = await Promise.all(retries.map((retry) => scene.store.reserve(retry)));
    const held = retries.filter((_retry, index) => outcomes[index]?.kind === 'held');
    expect(outcomes.filter(({ kind }) => kind === 'in_flight')).toHaveLength(19);
    expect(held).toHaveLength(1);
    const [call] = held as [(typeof retries)[number]];
    expect(outcomes.find(({ kind }) => kind === 'held')).toMatchObject({
      approval: { approvedAs: request.reservationId },
      supersedes: request.reservationId,
    });
    const cap = scene.capOf(DOLLAR);
    expect(await scene.balance(cap)).toEqual({ held: DOLLAR, committed: 0n });
    expect((await scene.store.launch(scene.launchOf(call))).kind).toBe('launched');
    await scene.settle(call, DOLLAR, 'sealed');
    expect(await scene.balance(cap)).toEqual({ held: 0n, committed: DOLLAR });
    const again = { kind: 'completed', reservationId: call.reservationId, sealedResponse: 'sealed' };
    expect(await scene.store.reserve(asking())).toEqual(again);
    // A crash between the decision and its record: it is told again, and changes nothing.
    expect(await scene.store.decideApproval(request, approved())).toBe(true);
    expect(await scene.store.reserve(asking())).toEqual(again);
  });

  test('an approval outlives the gateway that used it and died before the launch', async () => {
    const scene = current();
    const request = await waiting();
    await scene.store.decideApproval(request, approved());
    await scene.held(asking());
    await scene.upkeep.sweepHeld(0, 1_000);
    const outcome = await scene.held(asking());
    expect(outcome.approval).toEqual({ approvedAs: request.reservationId });
    expect(outcome.supersedes).toBeUndefined();
  });

  test('approved where there is no room any more: refused, and still approved when there is', async () => {
    const scene = current();
    const request = await waiting();
    await scene.store.decideApproval(request, approved());
    const small = scene.capOf(DOLLAR - 1n);
    expect(await scene.store.reserve(asking({ caps: [small] }))).toMatchObject({
      refusal: { code: 'cap_exceeded', cap: { heldMicros: 0n } },
    });
    expect(await scene.balance(small)).toEqual({ held: DOLLAR, committed: 0n });
    expect((await scene.held(asking())).approval).toEqual({ approvedAs: request.reservationId });
  });

  test.each(['denied', 'expired'] as const)(
    '%s: the amount is free, and the key is told so, for this request only',
    async (kind) => {
      const scene = current();
      const request = await waiting();
      expect(await scene.store.decideApproval(request, { kind })).toBe(true);
      expect(await scene.store.decideApproval(request, { kind })).toBe(true);
      expect(await scene.store.decideApproval(request, approved())).toBe(false);
      expect(await scene.balance(scene.capOf(DOLLAR))).toEqual({ held: 0n, committed: 0n });
      const told = { kind: 'not_approved', state: kind, reservationId: request.reservationId };
      expect(await scene.store.reserve(asking())).toMatchObject(told);
      expect(await scene.store.reserve(asking({ approval: undefined }))).toMatchObject(told);
      const other = asking({ claim: scene.claimOf('key-1', 'body-2') });
      expect((await scene.held(other)).approval).toEqual({ untilMs: expect.any(Number) });
    },
  );

  test('nobody can approve what has waited too long, nor use an approval that has', async () => {
    const scene = current();
    const late = await waiting({ caps: [], approval: approvalOf(DOLLAR, 1) });
    // Not asked before: a decision that is in time stands.
    const overMs = Date.now() + 2;
    await expect.poll(() => Date.now()).toBeGreaterThan(overMs);
    expect(await scene.store.decideApproval(late, approved())).toBe(false);
    expect(await scene.store.reserve(asking())).toMatchObject({ kind: 'not_approved', state: 'expired' });
    const unused = await waiting({ claim: scene.claimOf('key-2') });
    await scene.store.decideApproval(unused, { kind: 'approved', untilMs: Date.now() - 1 });
    const retry = asking({ claim: scene.claimOf('key-2') });
    expect(await scene.store.reserve(retry)).toMatchObject({ kind: 'not_approved', state: 'expired' });
  });

  test('another body is a mismatch, more than was approved asks again, and what needs no approval is let through', async () => {
    const scene = current();
    const room = { caps: [scene.capOf(2n * DOLLAR)] };
    const request = await waiting(room);
    expect(await scene.store.reserve(asking({ claim: scene.claimOf('key-1', 'body-2') }))).toEqual({
      kind: 'refused',
      refusal: { code: 'idempotency_mismatch' },
    });
    await scene.store.decideApproval(request, approved());
    const more = asking({ ...room, approval: approvalOf(2n * DOLLAR), amountMicros: 2n * DOLLAR });
    const asked = await scene.held(more);
    expect([asked.approval, asked.supersedes]).toEqual([{ untilMs: expect.any(Number) }, request.reservationId]);
    await scene.store.awaitApproval(more);
    const free = await scene.held(asking({ ...room, approval: undefined }));
    expect([free.approval, free.supersedes]).toEqual([undefined, more.reservationId]);
    expect(await scene.balance(scene.capOf(2n * DOLLAR))).toEqual({ held: DOLLAR, committed: 0n });
  });

  test('a policy that refuses is not asked past, and the request waits on', async () => {
    const scene = current();
    const request = await waiting();
    const refusal = { code: 'run_id_required' } as const;
    expect(await scene.store.reserve(asking({ refusal }))).toEqual({ kind: 'refused', refusal });
    await scene.store.decideApproval(request, approved());
    expect(await scene.store.reserve(asking({ refusal }))).toEqual({ kind: 'refused', refusal });
    expect((await scene.held(asking())).approval).toEqual({ approvedAs: request.reservationId });
  });

  test('a request is no duplicate of its own retry, but other keys are told of it', async () => {
    const scene = current();
    const guard = scene.guardOf('block');
    const request = await waiting({ caps: [], guard });
    const other = asking({ caps: [], guard, claim: scene.claimOf('key-2') });
    const duplicate = { refusal: { code: 'duplicate_call', reservationId: request.reservationId } };
    expect(await scene.store.reserve(other)).toMatchObject(duplicate);
    await scene.store.decideApproval(request, approved());
    const call = asking({ caps: [], guard });
    const outcome = await scene.held(call);
    expect(outcome.duplicateOf).toBeUndefined();
    const made = { refusal: { code: 'duplicate_call', reservationId: call.reservationId } };
    expect(await scene.store.reserve(other)).toMatchObject(made);
  });
}
