import { randomUUID } from 'node:crypto';
import { eventLogContract } from '@keybrake/testing';
import { type KafkaProcess, startKafka } from '@keybrake/testing/kafka-process';
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
