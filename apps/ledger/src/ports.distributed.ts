import { hostname } from 'node:os';
import {
  createKafka,
  ensureTopic,
  GroupAppender,
  jsonEventCodec,
  KafkaGovernancePublisher,
  KafkaLogTransport,
  KafkaSource,
} from '@keybrake/event-log';
import { createDigests, type DistributedInstallation, type KafkaSettings, systemRuntime } from '@keybrake/platform';
import {
  createPool,
  createPostgresGovernanceStore,
  PostgresAdmissionLives,
  PostgresApprovalStore,
  PostgresCheckpointStore,
  PostgresEarlierCalls,
  PostgresGovernanceOutbox,
  PostgresLedgerStore,
  PostgresOperatorFigures,
  PostgresRetentionStore,
  RedisAdmissionRebuild,
  RedisAdmissionStore,
  RedisAdmissionUpkeep,
  RedisServer,
  recordedPartitions,
} from '@keybrake/storage';
import { openAlerts } from './alert-ports.js';
import type { LedgerAdapters } from './ledger-process.js';
import { type LedgerConfig, openResolver } from './resolver-ports.js';

export interface DistributedLedgerConfig extends DistributedInstallation, LedgerConfig {
  readonly kafka: KafkaSettings;
}

const CONNECTIONS_MAX = 8;
const READING = { chunkRecordsMax: 500, watchEveryMs: 1_000, stalledAfterMs: 60_000 };

/** The log in Kafka, admission in Redis, the ledger in PostgreSQL. */
export async function openDistributedLedger(
  config: DistributedLedgerConfig,
  onTrouble: (what: string, error: unknown) => void,
): Promise<LedgerAdapters> {
  const { kafka: settings } = config;
  const pool = createPool({
    url: config.databaseUrl,
    applicationName: `keybrake-ledger@${hostname()}`,
    connectionsMax: CONNECTIONS_MAX,
    onIdleError: (error) => onTrouble('idle connection', error),
  });
  const clientId = `keybrake-ledger@${hostname()}`;
  const kafka = createKafka({ ...settings, clientId, onTrouble: (message) => onTrouble('kafka', message) });
  const openTopic = async (topic: string, retentionMs?: number) => {
    const partitions = await recordedPartitions(pool, topic, settings.partitions);
    await ensureTopic(kafka, { topic, partitions, replicationFactor: settings.replicationFactor, retentionMs });
    return { topic, partitions };
  };
  const spend = await openTopic(settings.spendTopic, settings.retentionMs);
  const transport = new KafkaLogTransport(kafka, spend);
  const notes = new KafkaLogTransport(kafka, await openTopic(settings.governanceTopic));
  const log = new GroupAppender(transport, jsonEventCodec, {
    onRetry: (error) => onTrouble('append to the event log', error),
  });
  const source = new KafkaSource(kafka, { ...spend, ...READING, groupId: settings.consumerGroup });
  const redis = new RedisServer({
    url: config.redisUrl,
    tls: config.redisTls,
    name: 'keybrake-ledger',
    onTrouble: (error) => onTrouble('redis', error),
  });
  await redis.opened();
  const admission = new RedisAdmissionStore(redis, new PostgresEarlierCalls(pool));
  const store = new PostgresLedgerStore(pool);
  const governance = { store: createPostgresGovernanceStore(pool), admission };
  const parts = { store, source, admission, upkeep: new RedisAdmissionUpkeep(redis), log };
  const digests = createDigests(config);
  const resolver = openResolver(config, config, pool, parts);
  const alerts = openAlerts(config, config, pool, parts.upkeep);
  return {
    ports: {
      ...parts,
      codec: jsonEventCodec,
      digests,
      figures: new PostgresOperatorFigures(pool),
      approvals: new PostgresApprovalStore(pool),
      checkpoints: new PostgresCheckpointStore(pool, digests),
      retention: new PostgresRetentionStore(pool, digests),
      runtime: systemRuntime,
      resolver: resolver.ports,
      alerts: alerts.ports,
      rebuild: {
        rebuild: new RedisAdmissionRebuild(redis),
        lives: new PostgresAdmissionLives(pool),
        fence: log,
        source,
        store,
        governance,
        runtime: systemRuntime,
      },
      relay: {
        outbox: new PostgresGovernanceOutbox(pool),
        publisher: new KafkaGovernancePublisher(notes),
        governance,
      },
    },
    log: { system: 'kafka', destination: settings.spendTopic },
    checks: {
      database: {
        check: () => pool.query('select 1'),
        whenDown: 'Nothing is folded or settled; gateways go on with keys that they know.',
      },
      admission: {
        check: () => redis.check(),
        whenDown: 'Calls get 503, and nothing in doubt is settled; the log is folded all the same.',
      },
    },
    close: async (flushWithinMs) => {
      await resolver.close();
      await alerts.close();
      await log.close(flushWithinMs);
      await Promise.all([transport.close(), notes.close()]);
      await redis.close();
      await pool.end();
    },
  };
}
