import { hostname } from 'node:os';
import { createKafka, ensureTopic, GroupAppender, jsonEventCodec, KafkaLogTransport } from '@keybrake/event-log';
import type { DistributedInstallation, KafkaSettings } from '@keybrake/platform';
import {
  PostgresEarlierCalls,
  RedisAdmissionRebuild,
  RedisAdmissionStore,
  RedisAdmissionUpkeep,
  RedisServer,
  recordedPartitions,
} from '@keybrake/storage';
import {
  agentViewPorts,
  flushLog,
  type GatewayAdapters,
  type GatewayConfig,
  type GatewayEvents,
  openPool,
  openSharedPorts,
} from './shared-ports.js';

export interface DistributedGatewayConfig extends DistributedInstallation, GatewayConfig {
  readonly kafka: KafkaSettings;
}

const CONNECTIONS_MAX = 4;

/** Admission in Redis, the log in Kafka; PostgreSQL only for keys and policies that are not cached, and old answers. */
export async function openDistributedAdapters(
  config: DistributedGatewayConfig,
  events: GatewayEvents,
): Promise<GatewayAdapters> {
  const { kafka: settings } = config;
  const { onTrouble } = events;
  const clientId = `keybrake-gateway@${hostname()}`;
  const pool = openPool(config, events, 'directory', CONNECTIONS_MAX);
  const kafka = createKafka({ ...settings, clientId, onTrouble: (message) => onTrouble('kafka', message) });
  const topic = {
    topic: settings.spendTopic,
    partitions: await recordedPartitions(pool, settings.spendTopic, settings.partitions),
  };
  const { replicationFactor, retentionMs } = settings;
  await ensureTopic(kafka, { ...topic, replicationFactor, retentionMs });
  const transport = new KafkaLogTransport(kafka, topic);
  const log = new GroupAppender(transport, jsonEventCodec, {
    traceparent: events.traceparent,
    onAppended: events.onAppended,
    onRetry: (error) => onTrouble('append to the event log', error),
  });
  const redis = new RedisServer({
    url: config.redisUrl,
    tls: config.redisTls,
    name: 'keybrake-gateway',
    onTrouble: (error) => onTrouble('redis', error),
  });
  await redis.opened();
  const shared = openSharedPorts(config, events, pool);
  const life = new RedisAdmissionRebuild(redis);
  const admission = new RedisAdmissionStore(redis, new PostgresEarlierCalls(pool));
  return {
    ports: { ...shared, admission, log },
    agentView: agentViewPorts(shared, pool, admission, new RedisAdmissionUpkeep(redis)),
    traced: { admission: 'redis', log: { system: 'kafka', destination: settings.spendTopic } },
    pendingLogEvents: () => log.pendingEvents,
    checks: {
      admission: {
        check: async () => {
          const { phase } = await life.life();
          if (phase !== 'ready') throw new Error(`the admission store is ${phase}`);
        },
        whenDown: 'Calls are refused with 503 until a ledger has filled it; the admin API, reports and audit go on.',
      },
      log: {
        check: async () => {
          if (log.failing) throw new Error('the event log does not take records');
        },
        whenDown: 'Calls are refused with 503; the kill switch, reports and audit go on.',
      },
    },
    close: async (flushWithinMs) => {
      await flushLog(log, flushWithinMs, events);
      await transport.close();
      await shared.upstream.close();
      await redis.close();
      await pool.end();
    },
  };
}
