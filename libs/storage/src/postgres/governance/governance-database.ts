import { GovernanceError } from '@keybrake/application';
import pg from 'pg';
import { asUnavailable, type Client, type Pool, transaction } from '../database.js';

// Character not in repertoire; untranslatable character: Postgres stores no U+0000, as text or in jsonb.
const NOT_TEXT: ReadonlySet<string> = new Set(['22021', '22P05']);

/** The pool as the governance records use it: errors of an absent database are `DependencyUnavailable`. */
export class GovernanceDatabase {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async read<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#guarded(async () => (await this.#pool.query<Row>(text, [...values])).rows);
  }

  /** One transaction: what changed and the note about it. */
  async change<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.#guarded(() => transaction(this.#pool, work));
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof pg.DatabaseError && NOT_TEXT.has(error.code ?? '')) {
        throw new GovernanceError('invalid', 'A text in the request holds a character that cannot be stored (U+0000).');
      }
      throw asUnavailable(error, 'The database of keys and policies');
    }
  }
}
