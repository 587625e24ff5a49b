import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';

export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  /** Copies of each partition; 3 in production, 1 on one machine. */
  readonly replicationFactor: number;
  /** How long records are kept at least; undefined: forever. */
  readonly retentionMs?: number | undefined;
}

/** The topic is not as the design needs it. The message says what to change. */
export class UnsafeTopic extends Error {
  override readonly name = 'UnsafeTopic';
}

const FOREVER = '-1';
const MESSAGE_BYTES_MAX = 2_097_152;
const LEADERS_TIMEOUT_MS = 10_000;
const LEADERS_PAUSE_MS = 100;
const REFUSALS = ['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED'];
const NOT_YET_KNOWN = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'];

/** What a topic of ours has to have; the same as deploy/kafka/topics-and-acls.sh gives it. */
export const topicSettings = ({
  replicationFactor,
  retentionMs,
}: Pick<TopicPlan, 'replicationFactor' | 'retentionMs'>): Readonly<Record<string, string>> => ({
  'cleanup.policy': 'delete',
  'retention.ms': retentionMs === undefined ? FOREVER : String(retentionMs),
  'retention.bytes': FOREVER,
  'unclean.leader.election.enable': 'false',
  'min.insync.replicas': String(Math.max(1, replicationFactor - 1)),
  'max.message.bytes': String(MESSAGE_BYTES_MAX),
});

/**
 * Makes the topic with explicit settings where it is missing, and checks what is there: history that is deleted, compacted
 * or left to an unclean leader is lost spend. A user who may not make topics can use one that is there. Throws `UnsafeTopic`.
 */
export async function ensureTopic(kafka: Kafka, plan: TopicPlan): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    if (!(await admin.listTopics()).includes(plan.topic)) await makeTopic(admin, plan);
    await ledByAll(admin, plan.topic);
    const problems = [...(await partitionProblems(admin, plan)), ...(await settingProblems(admin, plan))];
    if (problems.length > 0) throw new UnsafeTopic(`Kafka topic ${plan.topic}: ${problems.join('; ')}`);
  } catch (error) {
    if (!isRefused(error)) throw error;
    throw new UnsafeTopic(
      `Kafka topic ${plan.topic}: the user may not look at it and its settings, or it is missing and the user may not make it: make it and give the user its rights as deploy/kafka/topics-and-acls.sh does`,
      { cause: error },
    );
  } finally {
    await admin.disconnect();
  }
}

async function makeTopic(admin: Admin, plan: TopicPlan): Promise<void> {
  const { topic, partitions: numPartitions, replicationFactor } = plan;
  const configEntries = Object.entries(topicSettings(plan)).map(([name, value]) => ({ name, value }));
  const topics = [{ topic, numPartitions, replicationFactor, configEntries }];
  await admin.createTopics({ waitForLeaders: true, topics });
}

/** The brokers know the user, and do not let it. */
function isRefused(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSAggregateError) return error.errors.some(isRefused);
  return error instanceof kafkajs.KafkaJSProtocolError && REFUSALS.includes(error.type);
}

/** What `keybrake doctor` has to know of a topic. */
export interface TopicInspection {
  readonly brokers: number;
  /** Each with what to change; a topic that is not there has none. */
  readonly problems: readonly string[];
  /** By partition, the position that its next record gets; undefined: there is no such topic. */
  readonly ends: ReadonlyMap<number, bigint> | undefined;
  /** By partition, the position of the first record that is left. */
  readonly starts: ReadonlyMap<number, bigint>;
}

/** Looks and changes nothing. Rejects when no broker is reached. */
export async function inspectTopic(kafka: Kafka, plan: TopicPlan): Promise<TopicInspection> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (!(await admin.listTopics()).includes(plan.topic)) {
      return { brokers: brokers.length, problems: [], ends: undefined, starts: new Map() };
    }
    const offsets = await admin.fetchTopicOffsets(plan.topic);
    return {
      brokers: brokers.length,
      problems: [
        ...(await partitionProblems(admin, plan)),
        ...(await replicaProblems(admin, plan)),
        ...(await settingProblems(admin, plan)),
      ],
      ends: new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)])),
      starts: new Map(offsets.map(({ partition, low }) => [partition, BigInt(low)])),
    };
  } finally {
    await admin.disconnect();
  }
}

async function replicaProblems(admin: Admin, { topic, replicationFactor }: TopicPlan): Promise<string[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  const copies = Math.min(...partitions.map(({ replicas }) => replicas.length));
  const behind = partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length;
  return [
    ...(copies < replicationFactor
      ? [`a partition has ${copies} copies and should have ${replicationFactor}: reassign its replicas`]
      : []),
    ...(behind > 0 ? [`${behind} partitions have a copy that is behind: look at the brokers`] : []),
  ];
}

/**
 * Of processes that start together, only the one that made the topic waits for its leaders; the others are told that it
 * exists, and may still meet a broker that does not know it, or not that it leads it. Asking for the ends tells.
 */
async function ledByAll(admin: Admin, topic: string): Promise<void> {
  const giveUpAtMs = Date.now() + LEADERS_TIMEOUT_MS;
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (!isNotYetKnown(error) || Date.now() > giveUpAtMs) throw error;
    }
    await pause(LEADERS_PAUSE_MS);
  }
}

function isNotYetKnown(error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSProtocolError && NOT_YET_KNOWN.includes(error.type);
}

async function partitionProblems(admin: Admin, { topic, partitions }: TopicPlan): Promise<string[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = topics[0]?.partitions.length ?? 0;
  if (found === partitions) return [];
  return [
    `it has ${found} partitions and was made with ${partitions}: accounts would move to other partitions, and their events lose their order`,
  ];
}

async function settingProblems(admin: Admin, plan: TopicPlan): Promise<string[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: plan.topic }],
  });
  const found = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
  return Object.entries(topicSettings(plan)).flatMap(([name, wanted]) => {
    const value = found.get(name) ?? '';
    if (value === wanted || (isLeast(name) && isAtLeast(name, value, wanted))) return [];
    return [`${name} is ${value}: set it to ${wanted}`];
  });
}

const isLeast = (name: string) => ['max.message.bytes', 'min.insync.replicas', 'retention.ms'].includes(name);

function isAtLeast(name: string, value: string, wanted: string): boolean {
  if (name !== 'retention.ms') return Number(value) >= Number(wanted);
  return value === FOREVER || (wanted !== FOREVER && Number(value) >= Number(wanted));
}
