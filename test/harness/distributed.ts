import { randomBytes } from 'node:crypto';
import { createKafka, KafkaSource } from '@keybrake/event-log';
import { loadConfig } from '@keybrake/platform';
import type { RedisProcess } from '@keybrake/testing/redis-process';

/** What a system needs to be told beside its database. */
export function distributedSettings(redis: RedisProcess, kafkaBrokers: string): Record<string, string> {
  return {
    REDIS_URL: redis.url,
    KAFKA_BROKERS: kafkaBrokers,
    // Each system has topics of its own on the run's broker.
    KEYBRAKE_KAFKA_TOPIC_PREFIX: `test-${randomBytes(6).toString('hex')}`,
    KEYBRAKE_KAFKA_PARTITIONS: '4',
    KEYBRAKE_KAFKA_REPLICATION_FACTOR: '1',
  };
}

/** For the ends of a system's spend topic. */
export function topicReader(env: Readonly<Record<string, string>>, groupId: string): KafkaSource {
  const { kafka } = loadConfig({ env });
  const client = createKafka({ ...kafka, clientId: 'test', onTrouble: () => undefined });
  const reading = { groupId, chunkRecordsMax: 500, watchEveryMs: 1_000, stalledAfterMs: 60_000 };
  return new KafkaSource(client, { topic: kafka.spendTopic, partitions: kafka.partitions, ...reading });
}
