import { asUnavailable, type Pool } from './database.js';

/**
 * The partition count that a topic was first used with; ours when it is new. Another count would move accounts to other
 * partitions, so every process compares the topic with this.
 */
export async function recordedPartitions(pool: Pool, topic: string, partitions: number): Promise<number> {
  try {
    await pool.query('insert into event_log.topics values ($1::text, $2::integer) on conflict do nothing', [
      topic,
      partitions,
    ]);
    const { rows } = await pool.query<{ partitions: number }>(
      'select t.partitions from event_log.topics t where t.topic = $1::text',
      [topic],
    );
    return rows[0]?.partitions ?? partitions;
  } catch (error) {
    throw asUnavailable(error);
  }
}
