import {
  type AdmissionKey,
  type AdmissionStore,
  type AdoptCommand,
  type AdoptOutcome,
  type ApprovalDecision,
  DependencyUnavailable,
  type LaunchCommand,
  type LaunchOutcome,
  type ReservationRef,
  type ReserveCommand,
  type ReserveOutcome,
  type Settlement,
  type SettleOutcome,
  type TrueUpOutcome,
} from '@keybrake/application';
import type { AccountId, PolicyId } from '@keybrake/domain';
import { decodeReserveReply, encodeApproval, encodeHold, encodeRefusal, type ReserveReply } from '../reserve-reply.js';
import type { EarlierCalls } from './earlier-calls.js';
import { accountKeys, INDEX, indexMember, STATE } from './redis-keys.js';
import type { RedisServer } from './redis-server.js';

/** What a script that settles a reservation needs beside it. */
const SETTLING = [STATE, INDEX.held, INDEX.launched, INDEX.kept, INDEX.swept];

type Reply = ReserveReply | { kind: 'claim_unknown' };

/** The admission store on Redis: each step is one script, and one round trip. The scripts' heads tell their arguments. */
export class RedisAdmissionStore implements AdmissionStore {
  readonly #server: RedisServer;
  readonly #earlierCalls: EarlierCalls;

  constructor(server: RedisServer, earlierCalls: EarlierCalls) {
    this.#server = server;
    this.#earlierCalls = earlierCalls;
  }

  async reserve(command: ReserveCommand): Promise<ReserveOutcome> {
    const reply = await this.#reserve(command, false);
    if (reply.kind !== 'claim_unknown') return decodeReserveReply(reply, command);
    // A key that this life of the store has not seen may have been used in an earlier one; those are all folded.
    const earlier = await this.#earlierCalls.find(command);
    if (earlier !== undefined) return earlier;
    const again = await this.#reserve(command, true);
    if (again.kind === 'claim_unknown') throw new Error('a claim that was looked up is not unknown');
    return decodeReserveReply(again, command);
  }

  async launch(command: LaunchCommand): Promise<LaunchOutcome> {
    const { accountId, reservationId, lineage, incarnation, owner, outcomeDueMs } = command;
    const keys = accountKeys(accountId);
    const [launchedAtMs, reason] = (await this.#server.run(
      'launch',
      [STATE, INDEX.held, INDEX.launched, keys.reservation(reservationId), ...lineage.map(keys.key)],
      [incarnation, owner, outcomeDueMs, indexMember(command)],
    )) as [number, (LaunchOutcome & { kind: 'refused' })['reason']];
    return launchedAtMs === 0 ? { kind: 'refused', reason } : { kind: 'launched', launchedAtMs };
  }

  async adopt(command: AdoptCommand): Promise<AdoptOutcome> {
    const { purpose, accountId, reservationId, lineage, owner, outcomeDueMs, launchedWithinMs } = command;
    const keys = accountKeys(accountId);
    const [launchedAtMs, second] = (await this.#server.run(
      'adopt',
      [STATE, INDEX.launched, keys.reservation(reservationId), ...lineage.map(keys.key)],
      [owner, outcomeDueMs, launchedWithinMs, indexMember(command), purpose],
    )) as [number, unknown];
    requireReady(launchedAtMs);
    return launchedAtMs === 0
      ? { kind: 'refused', reason: second as (AdoptOutcome & { kind: 'refused' })['reason'] }
      : { kind: 'launched', launchedAtMs, incarnation: Number(second) };
  }

  async settle(ref: ReservationRef, settlement: Settlement): Promise<SettleOutcome> {
    const committed = settlement.kind === 'committed';
    const changed = await this.#server.run(
      'settle',
      [...SETTLING, reservationKey(ref)],
      [
        settlement.kind,
        committed ? settlement.actualMicros.toString() : '0',
        committed ? (settlement.sealedResponse ?? '') : '',
        committed || settlement.recorded ? 1 : 0,
        indexMember(ref),
      ],
    );
    return requireReady(changed) === 1 ? 'settled' : 'unchanged';
  }

  async trueUp(ref: ReservationRef, actualMicros: bigint): Promise<TrueUpOutcome> {
    const changed = await this.#server.run('true_up', [STATE, reservationKey(ref)], [actualMicros.toString()]);
    return requireReady(changed) === 1 ? 'adjusted' : 'unchanged';
  }

  async awaitApproval(ref: ReservationRef): Promise<boolean> {
    const keys = [STATE, INDEX.held, reservationKey(ref)];
    return requireReady(await this.#server.run('await_approval', keys, [indexMember(ref)])) === 1;
  }

  async decideApproval(ref: ReservationRef, decision: ApprovalDecision): Promise<boolean> {
    const untilMs = decision.kind === 'approved' ? decision.untilMs : '';
    const args = [decision.kind, untilMs, indexMember(ref)];
    return requireReady(await this.#server.run('decide_approval', [...SETTLING, reservationKey(ref)], args)) === 1;
  }

  async markInDoubt(ref: ReservationRef): Promise<void> {
    const keys = [STATE, INDEX.launched, reservationKey(ref)];
    requireReady(await this.#server.run('mark_in_doubt', keys, [indexMember(ref)]));
  }

  async putKey({ accountId, keyId, expiresAtMs, revokedAtMs }: AdmissionKey): Promise<void> {
    const keys = [STATE, accountKeys(accountId).key(keyId)];
    requireReady(await this.#server.run('put_key', keys, [expiresAtMs ?? '', revokedAtMs ?? '']));
  }

  async putPolicyVersion(accountId: AccountId, policyId: PolicyId, version: number): Promise<void> {
    requireReady(await this.#server.run('put_policy', [STATE, accountKeys(accountId).policy(policyId)], [version]));
  }

  async setAccountFrozen(accountId: AccountId, frozen: boolean): Promise<void> {
    requireReady(await this.#server.run('freeze_account', [STATE, accountKeys(accountId).frozen], [frozen ? 1 : 0]));
  }

  async #reserve(command: ReserveCommand, claimLookedUp: boolean): Promise<Reply> {
    const { accountId, reservationId, lineage, policyId, policyVersion, refusal, claim, guard, meters, holds } =
      command;
    const { isShadow = false, approval } = command;
    const keys = accountKeys(accountId);
    const encoded = {
      reservationId,
      reservationPrefix: keys.reservationPrefix,
      lineage: lineage.length,
      policyVersion,
      ...encodeRefusal(refusal),
      ...(claim === undefined ? {} : { claim: { fingerprint: claim.fingerprint } }),
      ...(guard === undefined ? {} : { guard: { windowMs: guard.windowMs, mode: guard.mode } }),
      approval: encodeApproval(approval),
      isShadow,
      meters,
      holds: holds.map(encodeHold),
    };
    const reply = await this.#server.run(
      'reserve',
      [
        ...SETTLING,
        keys.reservation(reservationId),
        keys.policy(policyId),
        ...lineage.map(keys.key),
        ...(claim === undefined ? [] : [keys.claim(claim.rootKeyId, claim.keyHash)]),
        ...(guard === undefined ? [] : [keys.guard(guard.rootKeyId, guard.hash)]),
        ...holds.map(({ cap }) => keys.counter(cap.counter)),
        ...meters.map(({ counter }) => keys.meter(counter)),
      ],
      [JSON.stringify(encoded), indexMember(command), claimLookedUp ? 1 : 0],
    );
    return JSON.parse(reply as string) as Reply;
  }
}

const reservationKey = ({ accountId, reservationId }: ReservationRef) =>
  accountKeys(accountId).reservation(reservationId);

/** Scripts answer -1 while the store is empty or loading. */
export function requireReady(reply: unknown): unknown {
  if (reply === -1) throw new DependencyUnavailable('The admission store');
  return reply;
}
