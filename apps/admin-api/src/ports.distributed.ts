import { hostname } from 'node:os';
import { createKafka, ensureTopic, GroupAppender, jsonEventCodec, KafkaLogTransport } from '@keybrake/event-log';
import type { DistributedInstallation, KafkaSettings } from '@keybrake/platform';
import {
  PostgresEarlierCalls,
  RedisAdmissionStore,
  RedisAdmissionUpkeep,
  RedisServer,
  recordedPartitions,
} from '@keybrake/storage';
import type { AdminAdapters, AdminEvents } from './ports.js';
import { type AdminConfig, adminPorts, openPool } from './shared-ports.js';

/** Admission in Redis, where a revoke is in force once it is written; resolutions go to Kafka. */
export async function openDistributedAdmin(
  config: DistributedInstallation & AdminConfig & { readonly kafka: KafkaSettings },
  { onTrouble, traceparent }: AdminEvents,
): Promise<AdminAdapters> {
  const { kafka: settings } = config;
  const pool = openPool(config, onTrouble);
  const clientId = `keybrake-admin-api@${hostname()}`;
  const kafka = createKafka({ ...settings, clientId, onTrouble: (message) => onTrouble('kafka', message) });
  const topic = {
    topic: settings.spendTopic,
    partitions: await recordedPartitions(pool, settings.spendTopic, settings.partitions),
  };
  const { replicationFactor, retentionMs } = settings;
  await ensureTopic(kafka, { ...topic, replicationFactor, retentionMs });
  const transport = new KafkaLogTransport(kafka, topic);
  const log = new GroupAppender(transport, jsonEventCodec, { traceparent });
  const redis = new RedisServer({
    url: config.redisUrl,
    tls: config.redisTls,
    name: 'keybrake-admin-api',
    onTrouble: (error) => onTrouble('redis', error),
  });
  await redis.opened();
  const admission = new RedisAdmissionStore(redis, new PostgresEarlierCalls(pool));
  return {
    ports: adminPorts(config, pool, admission, new RedisAdmissionUpkeep(redis), log),
    traced: { admission: 'redis', log: { system: 'kafka', destination: settings.spendTopic } },
    checks: {
      database: {
        check: () => pool.query('select 1'),
        whenDown: 'Nothing can be read or changed; calls of keys that gateways know go on.',
      },
      admission: {
        check: () => redis.check(),
        whenDown: 'Keys, policies and approvals can be read and not changed; reports and audit go on.',
      },
    },
    close: async (flushWithinMs) => {
      await log.close(flushWithinMs);
      await transport.close();
      await redis.close();
      await pool.end();
    },
  };
}
