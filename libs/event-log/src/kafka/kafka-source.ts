import { setTimeout as wait } from 'node:timers/promises';
import {
  BrokenLog,
  DependencyUnavailable,
  type EventSource,
  LOG_START,
  LogGap,
  type LogRecord,
  OtherLog,
  type ReadingPosition,
  type RecordSink,
  type RunningSource,
  type SourceObserver,
} from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { bodyHash } from '../body-hash.js';
import { type Extent, KafkaWatch, type WatchOptions } from './kafka-watch.js';

export interface KafkaSourceOptions extends WatchOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly groupId: string;
  readonly chunkRecordsMax: number;
}

const RETRY_MS = 300;
// The least that brokers allow: a dead ledger holds up a rebuild for as long.
const SESSION_TIMEOUT_MS = 6_000;
const SEEKS_MAX = 20;

/**
 * Kafka's consumer group shares the partitions out. Positions are the sink's alone and none is committed to Kafka: a group
 * that believes itself at the end would never deliver what a ledger made anew has to read again.
 */
export class KafkaSource implements EventSource {
  readonly #kafka: Kafka;
  readonly #options: KafkaSourceOptions;

  constructor(kafka: Kafka, options: KafkaSourceOptions) {
    this.#kafka = kafka;
    this.#options = options;
  }

  get partitions(): number {
    return this.#options.partitions;
  }

  async ends(): Promise<ReadonlyMap<number, bigint>> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return new Map(
        [...(await extentsOf(admin, this.#options.topic))].map(([partition, { end }]) => [partition, end]),
      );
    } finally {
      await admin.disconnect();
    }
  }

  async start(sink: RecordSink, observer: SourceObserver): Promise<RunningSource> {
    const { topic, groupId, partitions } = this.#options;
    const consumer = this.#kafka.consumer({
      groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: 1_000,
      rebalanceTimeout: SESSION_TIMEOUT_MS,
      maxWaitTimeInMs: 100,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 10, restartOnFailure: () => Promise.resolve(true) },
    });
    const admin = this.#kafka.admin();
    const watch = new KafkaWatch(() => extentsOf(admin, topic), sink, this.#options, observer);
    const reading = new Reading(this.#options, consumer, sink, watch);
    consumer.on(consumer.events.GROUP_JOIN, () => reading.forgetPartitions());
    await admin.connect();
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: Math.min(3, partitions),
      eachBatch: (payload) => reading.batch(payload),
    });
    watch.start();
    return {
      stop: async () => {
        await watch.stop();
        await consumer.disconnect();
        await admin.disconnect();
      },
    };
  }
}

async function extentsOf(admin: Admin, topic: string): Promise<ReadonlyMap<number, Extent>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, low, high }) => [partition, { start: BigInt(low), end: BigInt(high) }]));
}

/** What one process reads: per partition, whether it has found its place, and how often it looked for it. */
class Reading {
  readonly #options: KafkaSourceOptions;
  readonly #consumer: Consumer;
  readonly #sink: RecordSink;
  readonly #watch: KafkaWatch;
  readonly #seeks = new Map<number, number>();
  readonly #recognised = new Set<number>();

  constructor(options: KafkaSourceOptions, consumer: Consumer, sink: RecordSink, watch: KafkaWatch) {
    this.#options = options;
    this.#consumer = consumer;
    this.#sink = sink;
    this.#watch = watch;
  }

  /** Partitions come and go with every rebalance; another process may have read on meanwhile. */
  forgetPartitions(): void {
    this.#seeks.clear();
    this.#recognised.clear();
  }

  /** An outage is waited out here, with the batch in hand; a defect goes to kafkajs, which starts the consumer again. */
  async batch(payload: EachBatchPayload): Promise<void> {
    while (isCurrent(payload)) {
      try {
        await this.#deliver(payload);
        return;
      } catch (error) {
        if (error instanceof BrokenLog) {
          this.#watch.fatal(error);
          return;
        }
        if (!(error instanceof DependencyUnavailable)) throw error;
        this.#watch.failed(error);
        await wait(RETRY_MS);
        await payload.heartbeat();
      }
    }
  }

  async #deliver(payload: EachBatchPayload): Promise<void> {
    const { partition } = payload.batch;
    const messages = payload.batch.messages;
    const first = messages[0];
    if (first === undefined || this.#watch.ended) return;
    const position = (await this.#sink.positions()).get(partition) ?? LOG_START;
    // Once per assignment the record before the position is read again, to see that this is the log we know.
    const found = BigInt(first.offset);
    let wanted = this.#wantedFirst(partition, position);
    if (found === position.next && found !== wanted && (await this.#watch.isFirstLeft(partition, found)))
      wanted = found;
    if (found !== wanted) return this.#seek(partition, found, wanted, position);
    this.#seeks.delete(partition);
    let rest = messages;
    if (wanted < position.next) {
      if (bodyHash(bodyOf(first)) !== position.lastBodyHash) throw new OtherLog(partition, position.next);
      rest = messages.slice(1);
    }
    this.#recognised.add(partition);
    payload.resolveOffset(first.offset);
    await this.#take(payload, rest);
  }

  async #take(payload: EachBatchPayload, messages: readonly KafkaMessage[]): Promise<void> {
    const { partition } = payload.batch;
    const { chunkRecordsMax } = this.#options;
    for (let start = 0; start < messages.length; start += chunkRecordsMax) {
      const chunk = messages.slice(start, start + chunkRecordsMax);
      const last = chunk.at(-1);
      if (last === undefined || !isCurrent(payload)) return;
      // Another process has moved on: the next batch finds the new place.
      if (
        !(await this.#sink.take(
          partition,
          chunk.map((message) => recordOf(partition, message)),
        ))
      )
        return;
      this.#watch.taken();
      payload.resolveOffset(last.offset);
      await payload.heartbeat();
    }
  }

  #wantedFirst(partition: number, { next, lastBodyHash }: ReadingPosition): bigint {
    return this.#recognised.has(partition) || lastBodyHash === undefined ? next : next - 1n;
  }

  async #seek(partition: number, found: bigint, wanted: bigint, position: ReadingPosition): Promise<void> {
    const seeks = (this.#seeks.get(partition) ?? 0) + 1;
    this.#seeks.set(partition, seeks);
    if (seeks > 1) await this.#watch.check();
    // A batch that was fetched before the seek may still arrive; the same answer again and again is a gap.
    if (seeks > SEEKS_MAX) {
      throw new LogGap(`partition ${partition}: position ${position.next} is missing, the next one is ${found}`);
    }
    this.#consumer.seek({ topic: this.#options.topic, partition, offset: wanted.toString() });
  }
}

const isCurrent = ({ isRunning, isStale }: EachBatchPayload) => isRunning() && !isStale();

const bodyOf = ({ value }: KafkaMessage) => value?.toString('utf8') ?? '';

function recordOf(partition: number, message: KafkaMessage): LogRecord {
  const accountId = (message.key?.toString('utf8') ?? '') as AccountId;
  const traceparent = message.headers?.traceparent?.toString();
  const position = BigInt(message.offset);
  return { partition, position, body: bodyOf(message), accountId: accountId || undefined, traceparent };
}
