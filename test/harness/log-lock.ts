import { transaction, withPool } from '@keybrake/storage';

/** Nothing can be appended to the PostgreSQL log while `work` runs. */
export function withLogLocked<T>(url: string, work: () => Promise<T>): Promise<T> {
  const database = { url, applicationName: 'lock', connectionsMax: 1, onIdleError: () => undefined };
  return withPool(database, (pool) =>
    transaction(pool, async (client) => {
      await client.query('select 1 from event_log.partitions for update');
      return work();
    }),
  );
}
