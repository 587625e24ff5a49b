import { createPool, transaction } from '@keybrake/storage';

/** Nothing can be appended to the PostgreSQL log while `work` runs. */
export async function withLogLocked<T>(url: string, work: () => Promise<T>): Promise<T> {
  const pool = createPool({ url, applicationName: 'lock', connectionsMax: 1, onIdleError: () => undefined });
  try {
    return await transaction(pool, async (client) => {
      await client.query('select 1 from event_log.partitions for update');
      return work();
    });
  } finally {
    await pool.end();
  }
}
