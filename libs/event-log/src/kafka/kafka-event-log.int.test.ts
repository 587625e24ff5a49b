import { randomUUID } from 'node:crypto';
import { LogGap } from '@keybrake/application';
import { eventLogContract } from '@keybrake/testing';
import { CollectingSink } from '@keybrake/testing/collecting-sink';
import { type KafkaProcess, startKafka } from '@keybrake/testing/kafka-process';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonEventCodec } from '../event-codec.js';
import { GroupAppender } from '../group-appender.js';
import { createKafka } from './kafka-client.js';
import { KafkaLogTransport } from './kafka-log-transport.js';
import { KafkaSource } from './kafka-source.js';
import { ensureTopic } from './kafka-topic.js';

let broker: KafkaProcess;
beforeAll(async () => {
  broker = await startKafka();
}, 180_000);
afterAll(() => broker.remove());

const client = (clientId: string) =>
  createKafka({ brokers: [broker.brokers], clientId, tls: undefined, user: undefined, onTrouble: () => undefined });

eventLogContract('Kafka', async () => {
  const plan = { topic: `spend-${randomUUID()}`, partitions: 4 };
  await ensureTopic(client('setup'), { ...plan, replicationFactor: 1 });
  const transports = [new KafkaLogTransport(client('a'), plan), new KafkaLogTransport(client('b'), plan)] as const;
  const [first, second] = transports;
  return {
    appenders: [new GroupAppender(first, jsonEventCodec), new GroupAppender(second, jsonEventCodec)],
    source: new KafkaSource(client('reader'), {
      ...plan,
      groupId: randomUUID(),
      chunkRecordsMax: 100,
      watchEveryMs: 100,
      stalledAfterMs: 60_000,
    }),
    codec: jsonEventCodec,
    close: async () => void (await Promise.all(transports.map((one) => one.close()))),
  };
});

test('processes that start together all find the topic that one of them makes', async () => {
  for (let round = 0; round < 5; round += 1) {
    const topic = `spend-${randomUUID()}`;
    const startOne = async (name: string) => {
      const kafka = client(name);
      await ensureTopic(kafka, { topic, partitions: 8, replicationFactor: 1 });
      const admin = kafka.admin();
      await admin.connect();
      const offsets = await admin.fetchTopicOffsets(topic);
      await admin.disconnect();
      return offsets.length;
    };
    const found = await Promise.all(Array.from({ length: 6 }, (_, index) => startOne(`process-${index}`)));
    expect(found).toEqual([8, 8, 8, 8, 8, 8]);
  }
});

test('a topic with another partition count, or whose history may be lost, is refused with what to change', async () => {
  const topic = `spend-${randomUUID()}`;
  const kafka = client('setup');
  await ensureTopic(kafka, { topic, partitions: 2, replicationFactor: 1 });
  await ensureTopic(kafka, { topic, partitions: 2, replicationFactor: 1 });
  await expect(ensureTopic(kafka, { topic, partitions: 3, replicationFactor: 1 })).rejects.toThrow(
    /it has 2 partitions and was made with 3/,
  );
  const compacted = `spend-${randomUUID()}`;
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
  await admin.createTopics({ topics: [{ topic: compacted, numPartitions: 2, replicationFactor: 1, configEntries }] });
  await admin.disconnect();
  await expect(ensureTopic(kafka, { topic: compacted, partitions: 2, replicationFactor: 1 })).rejects.toThrow(
    /cleanup.policy is compact: set it to delete; retention.ms is \d+: set it to -1/,
  );
});

const DAY_MS = 86_400_000;

test('a topic that keeps records for a time is made so, and refused when it keeps them for less', async () => {
  const plan = { topic: `spend-${randomUUID()}`, partitions: 1, replicationFactor: 1 };
  const kafka = client('setup');
  await ensureTopic(kafka, { ...plan, retentionMs: 30 * DAY_MS });
  await ensureTopic(kafka, { ...plan, retentionMs: 8 * DAY_MS });
  await expect(ensureTopic(kafka, { ...plan, retentionMs: 31 * DAY_MS })).rejects.toThrow(
    'retention.ms is 2592000000: set it to 2678400000',
  );
  await expect(ensureTopic(kafka, plan)).rejects.toThrow('retention.ms is 2592000000: set it to -1');
  const forever = { ...plan, topic: `spend-${randomUUID()}` };
  await ensureTopic(kafka, forever);
  await ensureTopic(kafka, { ...forever, retentionMs: 8 * DAY_MS });
});

/** A topic with records, of which a reader has taken so many, and those before `deletedBefore` are gone. */
async function shortened(taken: number, written: number, deletedBefore: number) {
  const plan = { topic: `spend-${randomUUID()}`, partitions: 1 };
  const kafka = client('shortened');
  await ensureTopic(kafka, { ...plan, replicationFactor: 1 });
  const transport = new KafkaLogTransport(kafka, plan);
  const write = (from: number, to: number) =>
    transport.sendMessages(
      Array.from({ length: to - from }, (_, index) => ({ partition: 0, key: 'a', value: `body ${from + index}` })),
    );
  const open = () =>
    new KafkaSource(client('reader'), {
      ...plan,
      groupId: randomUUID(),
      chunkRecordsMax: 100,
      watchEveryMs: 50,
      stalledAfterMs: 60_000,
    });
  const sink = new CollectingSink();
  await write(0, taken);
  const before = await open().start(sink, sink);
  await eventually(
    'all to be taken',
    () => sink.records.length,
    (count) => count === taken,
    30_000,
  );
  await before.stop();
  await write(taken, written);
  const admin = kafka.admin();
  await admin.connect();
  // kafkajs knows the leaders of topics only that it was asked about.
  await admin.fetchTopicOffsets(plan.topic);
  await admin.deleteTopicRecords({ topic: plan.topic, partitions: [{ partition: 0, offset: String(deletedBefore) }] });
  await admin.disconnect();
  const after = sink.copy((position) => position);
  const running = await open().start(after, after);
  const stop = async () => {
    await running.stop();
    await transport.close();
  };
  return { after, stop };
}

test.each([
  [3, 5, 2],
  [3, 5, 3],
])(
  'after %d of %d records a reader goes on where those before %d are gone',
  async (taken, written, gone) => {
    const { after, stop } = await shortened(taken, written, gone);
    await eventually(
      'the rest',
      () => after.records.length,
      (count) => count === written - taken,
      30_000,
    );
    expect(after.records.map(({ body }) => body)).toEqual(['body 3', 'body 4']);
    expect(after.fatals).toEqual([]);
    await stop();
  },
  60_000,
);

test.each([
  [3, 5, 4],
  [3, 5, 5],
])(
  'after %d of %d records a reader refuses to go on where those before %d are gone',
  async (taken, written, gone) => {
    const { after, stop } = await shortened(taken, written, gone);
    const [fatal] = await eventually(
      'the reader to end',
      () => after.fatals,
      (fatals) => fatals.length > 0,
      30_000,
    );
    expect(fatal).toBeInstanceOf(LogGap);
    expect(fatal?.message).toContain(`partition 0: the database wants position 3, but the topic begins at ${gone}`);
    expect(after.records).toEqual([]);
    await stop();
  },
  60_000,
);
