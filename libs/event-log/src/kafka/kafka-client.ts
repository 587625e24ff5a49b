import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import { quietTimers } from './quiet-timers.js';

export interface KafkaAccess {
  readonly brokers: readonly string[];
  /** Shown in the brokers' logs and metrics. */
  readonly clientId: string;
  readonly tls: boolean;
  /** SCRAM-SHA-512. */
  readonly user: { readonly name: string; readonly password: string } | undefined;
  /** What the client has to say of broken connections and the like. */
  readonly onTrouble: (message: string) => void;
}

const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 3_000;

/** Short timeouts: a call waits for its record, and fails closed when the log does not answer (R9). */
export function createKafka({ brokers, clientId, tls, user, onTrouble }: KafkaAccess): Kafka {
  quietTimers();
  const sasl: KafkaConfig['sasl'] =
    user === undefined ? undefined : { mechanism: 'scram-sha-512', username: user.name, password: user.password };
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    ssl: tls,
    ...(sasl === undefined ? {} : { sasl }),
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
