import { DependencyUnavailable } from '@keybrake/application';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import type { EncodedEvent, LogTransport } from '../group-appender.js';

export interface KafkaTransportOptions {
  readonly topic: string;
  readonly partitions: number;
}

export interface KeyedMessage {
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const ACKS_OF_ALL_IN_SYNC = -1;
const ACK_TIMEOUT_MS = 2_500;

/** The brokers will never take these bytes; every other failure is an outage. */
const REFUSED = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'CORRUPT_MESSAGE']);

/**
 * Sends batches to Kafka, one at a time (see GroupAppender). Not `idempotent`: in kafkajs 2.2.4 that loses acknowledged
 * messages after a lost reply. Events carry ids made before the first attempt, and the ledger drops second copies. After
 * a failed send the producer is thrown away: what its connection still does must not overtake the next attempt.
 */
export class KafkaLogTransport implements LogTransport {
  readonly #kafka: Kafka;
  readonly #options: KafkaTransportOptions;
  #producer: Producer | undefined;

  constructor(kafka: Kafka, options: KafkaTransportOptions) {
    this.#kafka = kafka;
    this.#options = options;
  }

  get partitions(): number {
    return this.#options.partitions;
  }

  appendBatch(batch: readonly EncodedEvent[]): Promise<void> {
    return this.sendMessages(
      batch.map(({ partition, accountId, body, traceparent }) => ({
        partition,
        key: accountId,
        value: body,
        ...(traceparent !== undefined && { headers: { traceparent } }),
      })),
    );
  }

  async sendMessages(messages: KeyedMessage[]): Promise<void> {
    try {
      const producer = await this.#connected();
      await producer.send({ topic: this.#options.topic, acks: ACKS_OF_ALL_IN_SYNC, timeout: ACK_TIMEOUT_MS, messages });
    } catch (error) {
      await this.close();
      const { type } = error as { type?: string };
      if (error instanceof kafkajs.KafkaJSNonRetriableError && type !== undefined && REFUSED.has(type)) throw error;
      throw new DependencyUnavailable('The event log', { cause: error });
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }

  async #connected(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer;
    const producer = this.#kafka.producer({
      idempotent: false,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // Never asked: every message names its partition.
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 50, maxRetryTime: 250, retries: 1 },
    });
    this.#producer = producer;
    await producer.connect();
    return producer;
  }
}
