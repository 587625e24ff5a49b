import { DependencyUnavailable } from '@keybrake/application';
import pg from 'pg';

export type Pool = pg.Pool;
export type Client = pg.PoolClient;
export type Queryable = Pick<pg.Pool, 'query'>;

export interface DatabaseOptions {
  readonly url: string;
  /** Shown by the server in pg_stat_activity. */
  readonly applicationName: string;
  readonly connectionsMax: number;
  /** An idle connection broke: reported, and replaced by the pool. */
  readonly onIdleError: (error: Error) => void;
}

const INT8 = 20;
const types: pg.CustomTypesConfig = {
  // Money must never pass through a double.
  getTypeParser: (oid, format) =>
    oid === INT8 && format !== 'binary' ? (text: string) => BigInt(text) : pg.types.getTypeParser(oid, format),
};

/** A pool with every timeout set: an unreachable database fails a call within seconds (R9). */
export function createPool(options: DatabaseOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.connectionsMax,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 5_000,
    query_timeout: 6_000,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 10_000,
    types,
  });
  // The driver hangs the whole client on this error, with the key that cancels its queries.
  pool.on('error', ({ message }) => options.onIdleError(new Error(message)));
  // One in use that ends between two statements has nobody to tell, and Node ends a process for that; the next
  // statement fails, which its caller sees.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** A pool for one piece of work, ended with it. */
export async function withPool<T>(options: DatabaseOptions, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createPool(options);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

type SlowQuery = pg.QueryConfig & { readonly query_timeout: number };

/** A statement that may take longer than those of a call; the server is told apart, by `statement_timeout`. */
export const slowly = (timeoutMs: number, text: string, values: unknown[] = []): SlowQuery => ({
  text,
  values,
  query_timeout: timeoutMs,
});

/** Runs `work` in one transaction on one connection. A connection that saw an error is not used again. */
export async function transaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failed: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error));
    await client.query('rollback').catch(() => undefined);
    throw failed;
  } finally {
    client.release(failed);
  }
}

// Class 08: connection; 53: resources; 57: operator intervention; 55P03, 57014: lock and statement timeouts;
// 40001, 40P01: serialization and deadlock; 25P03: a transaction that stood still too long. In all of them the statement
// did not take effect, or may be repeated (R4).
const UNAVAILABLE_STATE = /^(08|53|57|25P03|40001|40P01|55P03)/;

/** Turns "the database is not there" into the error that fails a call closed; other errors are defects and pass through. */
export function asUnavailable(error: unknown, dependency = 'The database'): unknown {
  if (!(error instanceof Error) || error instanceof DependencyUnavailable) return error;
  const sqlState = (error as { code?: unknown }).code;
  const isServerError = error instanceof pg.DatabaseError;
  if (isServerError && !(typeof sqlState === 'string' && UNAVAILABLE_STATE.test(sqlState))) return error;
  // Anything that is not the server's own answer came from the connection: refused, reset, timed out.
  return new DependencyUnavailable(dependency, { cause: error });
}
