import type { SecureContextOptions } from 'node:tls';
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import { quietTimers } from './quiet-timers.js';

export interface KafkaAccess {
  readonly brokers: readonly string[];
  /** Shown in the brokers' logs and metrics. */
  readonly clientId: string;
  /** Whom to trust and who we are, in PEM; undefined: no TLS. */
  readonly tls: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> | undefined;
  readonly user: KafkaUser | undefined;
  /** What the client has to say of broken connections and the like. */
  readonly onTrouble: (message: string) => void;
}

export interface KafkaUser {
  readonly name: string;
  readonly password: string;
  /** By SASL. `plain` sends the password itself. */
  readonly mechanism: 'scram-sha-512' | 'scram-sha-256' | 'plain';
}

const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 3_000;

/** Short timeouts: a call waits for its record, and fails closed when the log does not answer (R9). */
export function createKafka({ brokers, clientId, tls, user, onTrouble }: KafkaAccess): Kafka {
  quietTimers();
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    ssl: tls === undefined ? false : { ...tls },
    ...(user === undefined ? {} : { sasl: saslOf(user) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 4 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => {
      const { message, error } = entry.log as { message: string; error?: string };
      onTrouble(error === undefined ? message : `${message}: ${error}`);
    },
  });
}

/** All three take a name and a password; the client's types tell them apart. */
function saslOf({ mechanism, name: username, password }: KafkaUser): NonNullable<KafkaConfig['sasl']> {
  return { mechanism, username, password } as NonNullable<KafkaConfig['sasl']>;
}
