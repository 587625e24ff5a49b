import type {
  AdmissionLife,
  AdmissionRebuild,
  LoadedApproval,
  LoadedBalance,
  LoadedCommit,
  LoadedGuard,
  LoadedMeter,
  LoadedReservation,
} from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { accountKeys, INDEX, indexMember, STATE } from './redis-keys.js';
import type { RedisServer } from './redis-server.js';

/** Script runs sent at once: enough to fill the connection, few enough that no reply waits past its timeout. */
const AT_ONCE = 500;

interface Load {
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

function holdsJson(accountId: AccountId, holds: LoadedReservation['holds']): string {
  const keys = accountKeys(accountId);
  const loaded = holds.map(({ counter, windowId, amountMicros }) => ({
    key: keys.counter(counter),
    windowId,
    amountMicros: amountMicros.toString(),
  }));
  return JSON.stringify(loaded);
}

/** Fills a Redis that was lost or replaced. */
export class RedisAdmissionRebuild implements AdmissionRebuild {
  readonly #server: RedisServer;

  constructor(server: RedisServer) {
    this.#server = server;
  }

  async life(): Promise<AdmissionLife> {
    const [phase, incarnation, runId] = await this.#server.command((redis) =>
      redis.hmget(STATE, 'phase', 'incarnation', 'runId'),
    );
    const known = { incarnation: Number(incarnation ?? 0) };
    if ((phase !== 'ready' && phase !== 'loading') || runId !== this.#server.runId)
      return { phase: 'missing', ...known };
    return { phase, ...known };
  }

  async begin(incarnation: number): Promise<boolean> {
    return (await this.#server.run('begin_loading', [STATE], [incarnation])) === 1;
  }

  loadBalances(incarnation: number, balances: readonly LoadedBalance[]): Promise<boolean> {
    return this.#load('load_balance', balances, (balance) => ({
      keys: [STATE, accountKeys(balance.accountId).counter(balance.counter)],
      args: [
        incarnation,
        balance.windowId,
        balance.committedMicros.toString(),
        balance.heldMicros.toString(),
        balance.windowEndsAtMs,
      ],
    }));
  }

  loadReservations(incarnation: number, reservations: readonly LoadedReservation[]): Promise<boolean> {
    return this.#load('load_reservation', reservations, (reservation) => {
      const { accountId, reservationId, holds, reservedAtMs, claim, state } = reservation;
      const keys = accountKeys(accountId);
      return {
        keys: [
          STATE,
          INDEX.launched,
          keys.reservation(reservationId),
          ...(claim === undefined ? [] : [keys.claim(claim.rootKeyId, claim.keyHash)]),
        ],
        args: [
          incarnation,
          reservationId,
          holdsJson(accountId, holds),
          reservedAtMs,
          claim?.fingerprint ?? '',
          indexMember(reservation),
          state,
        ],
      };
    });
  }

  loadCommits(incarnation: number, commits: readonly LoadedCommit[]): Promise<boolean> {
    return this.#load('load_commit', commits, ({ accountId, reservationId, holds, actualMicros }) => ({
      keys: [STATE, accountKeys(accountId).reservation(reservationId)],
      args: [incarnation, reservationId, holdsJson(accountId, holds), actualMicros.toString()],
    }));
  }

  loadGuards(incarnation: number, guards: readonly LoadedGuard[]): Promise<boolean> {
    return this.#load('load_guard', guards, ({ accountId, reservationId, rootKeyId, hash, reservedAtMs }) => {
      const keys = accountKeys(accountId);
      return {
        keys: [STATE, keys.guard(rootKeyId, hash), keys.reservation(reservationId)],
        args: [incarnation, reservationId, reservedAtMs],
      };
    });
  }

  loadApprovals(incarnation: number, approvals: readonly LoadedApproval[]): Promise<boolean> {
    return this.#load('load_approval', approvals, ({ accountId, reservationId, claim, state, untilMs, amount }) => ({
      keys: [STATE, accountKeys(accountId).claim(claim.rootKeyId, claim.keyHash)],
      args: [incarnation, reservationId, claim.fingerprint, state, untilMs, amount.micros.toString(), amount.currency],
    }));
  }

  loadMeters(incarnation: number, meters: readonly LoadedMeter[]): Promise<boolean> {
    return this.#load('load_meter', meters, (meter) => ({
      keys: [STATE, accountKeys(meter.accountId).meter(meter.counter)],
      args: [incarnation, meter.windowId, meter.used, meter.windowEndsAtMs],
    }));
  }

  async finish(incarnation: number, claimsUntilMs: number): Promise<boolean> {
    return (await this.#server.run('finish_loading', [STATE], [incarnation, claimsUntilMs])) === 1;
  }

  async #load<T>(script: string, rows: readonly T[], toLoad: (row: T) => Load): Promise<boolean> {
    for (let start = 0; start < rows.length; start += AT_ONCE) {
      const replies = await this.#server.runAll(script, rows.slice(start, start + AT_ONCE).map(toLoad));
      if (replies.some((reply) => reply !== 1)) return false;
    }
    return true;
  }
}
