import { type TlsClient, tlsClient } from './secure-links.js';
import type { Settings } from './settings.js';

export interface KafkaSettings {
  /** host:port; empty when not set. */
  readonly brokers: readonly string[];
  /** Undefined: no TLS. */
  readonly tls: TlsClient | undefined;
  readonly user:
    | { readonly name: string; readonly password: string; readonly mechanism: Settings['KEYBRAKE_KAFKA_SASL'] }
    | undefined;
  readonly spendTopic: string;
  readonly governanceTopic: string;
  readonly consumerGroup: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** How long the spend topic keeps records at least; undefined: forever. */
  readonly retentionMs: number | undefined;
}

const DAY_MS = 86_400_000;

export function kafkaSettings(read: Settings): KafkaSettings {
  const { KEYBRAKE_KAFKA_USER: name, KEYBRAKE_KAFKA_PASSWORD: password } = read;
  const prefix = read.KEYBRAKE_KAFKA_TOPIC_PREFIX;
  return {
    brokers: read.KAFKA_BROKERS?.split(',') ?? [],
    tls:
      tlsClient(read.KEYBRAKE_KAFKA_CA, read.KEYBRAKE_KAFKA_CERT, read.KEYBRAKE_KAFKA_KEY) ??
      (read.KEYBRAKE_KAFKA_TLS === 'true' ? {} : undefined),
    user:
      name === undefined || password === undefined
        ? undefined
        : { name, password, mechanism: read.KEYBRAKE_KAFKA_SASL },
    spendTopic: `${prefix}.spend.v1`,
    governanceTopic: `${prefix}.governance.v1`,
    consumerGroup: `${prefix}.ledger`,
    partitions: read.KEYBRAKE_KAFKA_PARTITIONS,
    replicationFactor: read.KEYBRAKE_KAFKA_REPLICATION_FACTOR,
    retentionMs: read.KEYBRAKE_LOG_RETENTION_DAYS === undefined ? undefined : read.KEYBRAKE_LOG_RETENTION_DAYS * DAY_MS,
  };
}
