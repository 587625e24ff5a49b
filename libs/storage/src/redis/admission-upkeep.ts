import type { AdmissionUpkeep, ReservationRef, StoredBalance } from '@keybrake/application';
import type { AccountId, ReservationId } from '@keybrake/domain';
import { requireReady } from './admission-store.js';
import { accountKeys, INDEX, indexMember, RESERVATION_AFFIXES, refOf, STATE } from './redis-keys.js';
import type { RedisServer } from './redis-server.js';

/** Released in one run of the script, so that no sweep blocks the server for long. */
const SWEEP_MAX = 100;

/** The janitor's side of the Redis admission store. */
export class RedisAdmissionUpkeep implements AdmissionUpkeep {
  readonly #server: RedisServer;

  constructor(server: RedisServer) {
    this.#server = server;
  }

  async sweepHeld(olderThanMs: number, limit: number): Promise<readonly ReservationRef[]> {
    const keys = [STATE, INDEX.held, INDEX.launched, INDEX.kept, INDEX.swept];
    for (let left = limit; left > 0; left -= SWEEP_MAX) {
      const wanted = Math.min(left, SWEEP_MAX);
      const args = [olderThanMs, wanted, ...RESERVATION_AFFIXES];
      const swept = Number(requireReady(await this.#server.run('sweep_held', keys, args)));
      if (swept < wanted) break;
    }
    return this.#due(INDEX.swept, 0, limit);
  }

  async confirmSwept(refs: readonly ReservationRef[]): Promise<void> {
    await this.#remove(INDEX.swept, refs);
  }

  listInDoubt(limit: number, offset = 0): Promise<readonly ReservationRef[]> {
    return this.#due(INDEX.launched, 0, limit, offset);
  }

  async doubtsAmong(refs: readonly ReservationRef[]): Promise<ReadonlyMap<ReservationId, number>> {
    const keys = refs.map(({ accountId, reservationId }) => accountKeys(accountId).reservation(reservationId));
    const launchedAtMs = (await this.#server.run('doubts', [STATE, ...keys], [])) as number[] | -1;
    const known = requireReady(launchedAtMs) as number[];
    return new Map(
      refs.flatMap(({ reservationId }, index) => {
        const atMs = known[index] ?? 0;
        return atMs === 0 ? [] : [[reservationId, atMs] as const];
      }),
    );
  }

  listKeptResponses(olderThanMs: number, limit: number): Promise<readonly ReservationRef[]> {
    return this.#due(INDEX.kept, olderThanMs, limit);
  }

  async dropResponses(refs: readonly ReservationRef[]): Promise<void> {
    await this.#server.command((redis) =>
      Promise.all(
        refs.map(({ accountId, reservationId }) =>
          redis.hdel(accountKeys(accountId).reservation(reservationId), 'sealed'),
        ),
      ),
    );
    await this.#remove(INDEX.kept, refs);
  }

  /** Settled reservations and claims carry their own expiry. */
  async purgeExpired(): Promise<number> {
    return 0;
  }

  async capStates(accountId: AccountId, counters: readonly string[]): Promise<readonly StoredBalance[]> {
    const hashes = await this.#server.command((redis) =>
      Promise.all(counters.map((counter) => redis.hgetall(accountKeys(accountId).counter(counter)))),
    );
    return counters.flatMap((counter, index) => {
      const fields = new Map(Object.entries(hashes[index] ?? {}));
      const windowIds = [...fields.keys()].flatMap((field) => /^(.*)\|held$/.exec(field)?.[1] ?? []);
      return windowIds.map((windowId) => ({
        counter,
        windowId,
        committedMicros: BigInt(fields.get(`${windowId}|committed`) ?? '0'),
        heldMicros: BigInt(fields.get(`${windowId}|held`) ?? '0'),
      }));
    });
  }

  async #due(index: string, olderThanMs: number, limit: number, offset = 0): Promise<readonly ReservationRef[]> {
    const members = requireReady(await this.#server.run('due', [STATE, index], [olderThanMs, limit, offset]));
    return (members as string[]).map(refOf);
  }

  async #remove(index: string, refs: readonly ReservationRef[]): Promise<void> {
    if (refs.length > 0) await this.#server.command((redis) => redis.zrem(index, ...refs.map(indexMember)));
  }
}
