import type { AdmissionUpkeep } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { type Pool, PostgresAdmissionUpkeep, RedisAdmissionUpkeep, RedisServer } from '@keybrake/storage';
import type { RedisProcess } from '@keybrake/testing/redis-process';

export interface CountedBalance {
  readonly counter: string;
  readonly windowId: string;
  readonly committedMicros: bigint;
  readonly heldMicros: bigint;
}

const ACCOUNT = 'default' as AccountId;

/** What the admission store itself counts, whichever it is. */
export class Enforced {
  readonly #pool: Pool;
  readonly #redis: RedisProcess | undefined;

  constructor(pool: Pool, redis: RedisProcess | undefined) {
    this.#pool = pool;
    this.#redis = redis;
  }

  /** Balances of a key's caps: as the admission store enforces them, or as the ledger has folded them. */
  async balancesOf(keyId: string, side: 'enforced' | 'folded'): Promise<readonly CountedBalance[]> {
    const { rows } = await this.#pool.query<{
      counter: string;
      window_id: string;
      committed_micros: bigint;
      held_micros: bigint;
    }>(
      `select counter, window_id, committed_micros, held_micros from ledger.balances
        where counter like 'key/' || $1::text || '/%' order by counter`,
      [keyId],
    );
    if (side === 'enforced') return this.#balances(rows.map(({ counter }) => counter));
    const folded = rows.map((row) => ({
      counter: row.counter,
      windowId: row.window_id,
      committedMicros: row.committed_micros,
      heldMicros: row.held_micros,
    }));
    return sorted(folded);
  }

  async #balances(counters: readonly string[]): Promise<readonly CountedBalance[]> {
    if (this.#redis === undefined)
      return sorted(await new PostgresAdmissionUpkeep(this.#pool).capStates(ACCOUNT, counters));
    return this.#onRedis(async (server) => sorted(await new RedisAdmissionUpkeep(server).capStates(ACCOUNT, counters)));
  }

  /** Reserved, and neither launched nor settled. */
  async heldReservations(): Promise<number> {
    if (this.#redis !== undefined) return this.#onRedis((server) => server.command((redis) => redis.zcard('kb:held')));
    const { rows } = await this.#pool.query<{ held: number }>(
      `select count(*)::integer as held from admission.reservations where state = 'held'`,
    );
    return rows[0]?.held ?? 0;
  }

  async #onRedis<T>(work: (server: RedisServer) => Promise<T>): Promise<T> {
    const server = new RedisServer({ url: this.#redis?.url ?? '', name: 'test', onTrouble: () => undefined });
    try {
      await server.opened();
      return await work(server);
    } finally {
      await server.close();
    }
  }
}

type States = Awaited<ReturnType<AdmissionUpkeep['capStates']>>;

function sorted(states: States): readonly CountedBalance[] {
  const used = states.filter(({ committedMicros, heldMicros }) => committedMicros + heldMicros > 0n);
  const named = used.map(({ counter, windowId, committedMicros, heldMicros }) => ({
    counter,
    windowId,
    committedMicros,
    heldMicros,
  }));
  return named.sort((a, b) => (a.counter < b.counter ? -1 : 1));
}
