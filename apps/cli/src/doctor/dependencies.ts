import { createKafka, inspectTopic, type TopicInspection } from '@keybrake/event-log';
import type { Config } from '@keybrake/platform';
import { type DatabaseInspection, inspectDatabase, inspectRedis } from '@keybrake/storage';
import { type Finding, fail, ok, reasonOf, skipped, warn } from './finding.js';
import { lagFinding, lagOf } from './processes.js';

const POSTGRES_MAJOR_MIN = 15;
const REDIS_MAJOR_MIN = 7;

/** The servers that the environment names, looked at directly. */
export async function checkDependencies(config: Config): Promise<readonly Finding[]> {
  const [database, redis] = await Promise.all([checkDatabase(config.databaseUrl), checkRedis(config)]);
  const kafka = await checkKafka(config, database.inspection);
  return [...database.findings, ...redis, ...kafka];
}

interface DatabaseCheck {
  readonly findings: readonly Finding[];
  readonly inspection?: DatabaseInspection;
}

async function checkDatabase(url: string | undefined): Promise<DatabaseCheck> {
  if (url === undefined) {
    return {
      findings: [skipped('PostgreSQL', 'DATABASE_URL is not set: npm start has its own, seen by the admin API')],
    };
  }
  const { host } = new URL(url);
  try {
    const inspection = await inspectDatabase(url);
    const { version, major, ends, folded } = inspection;
    const server =
      major >= POSTGRES_MAJOR_MIN
        ? ok('PostgreSQL', `version ${version} at ${host}`)
        : fail('PostgreSQL', `version ${version} at ${host}`, `use version ${POSTGRES_MAJOR_MIN} or newer`);
    const lag = ends.size > 0 ? [lagFinding(lagOf(ends, folded))] : [];
    return { findings: [server, schemaFinding(inspection), ...lag], inspection };
  } catch (error) {
    const fix = 'start it, or correct DATABASE_URL';
    return { findings: [fail('PostgreSQL', `${host} is not reached: ${reasonOf(error)}`, fix)] };
  }
}

function schemaFinding({ pending, unknown }: DatabaseInspection): Finding {
  if (pending.length > 0) {
    const detail = `${pending.length} migrations are not made, from ${pending[0]} on`;
    return fail('schema', detail, 'start a ledger, gateway or admin API of this version: it migrates');
  }
  if (unknown.length === 0) return ok('schema', 'up to date');
  return warn('schema', `it is newer than this version: ${unknown.at(-1)}`, 'update this installation');
}

async function checkRedis({ redisUrl: url, redisTls }: Config): Promise<readonly Finding[]> {
  if (url === undefined) return [skipped('Redis', 'REDIS_URL is not set: needed in the distributed profile only')];
  const { host } = new URL(url);
  try {
    const { version, major, problems, phase } = await inspectRedis(url, redisTls);
    const server =
      major >= REDIS_MAJOR_MIN
        ? ok('Redis', `version ${version} at ${host}`)
        : fail('Redis', `version ${version} at ${host}`, `use Redis or Valkey ${REDIS_MAJOR_MIN} or newer`);
    return [server, ...volatileFindings(problems), readyFinding(phase)];
  } catch (error) {
    return [fail('Redis', `${host} is not reached: ${reasonOf(error)}`, 'start it, or correct REDIS_URL')];
  }
}

/** Each sentence of the guard: what is wrong, a colon, what to do. */
function volatileFindings(problems: readonly string[]): readonly Finding[] {
  if (problems.length === 0) return [ok('Redis is volatile', 'no files, no eviction, no replica')];
  return problems.map((problem) => {
    const at = problem.lastIndexOf(': ');
    return fail('Redis is volatile', at < 0 ? problem : problem.slice(0, at), at < 0 ? problem : problem.slice(at + 2));
  });
}

function readyFinding(phase: 'missing' | 'loading' | 'ready'): Finding {
  if (phase === 'ready') return ok('admission store', 'ready');
  if (phase === 'loading')
    return warn('admission store', 'a ledger is filling it', 'wait: calls are refused meanwhile');
  return fail('admission store', 'no ledger has filled it since it started', 'see that a ledger runs');
}

async function checkKafka({ kafka }: Config, database: DatabaseInspection | undefined): Promise<readonly Finding[]> {
  if (kafka.brokers.length === 0) {
    return [skipped('Kafka', 'KAFKA_BROKERS is not set: needed in the distributed profile only')];
  }
  const partitions = database?.topics.get(kafka.spendTopic) ?? kafka.partitions;
  const { spendTopic: topic, replicationFactor, retentionMs } = kafka;
  const plan = { topic, partitions, replicationFactor, retentionMs };
  const client = createKafka({ ...kafka, clientId: 'keybrake-doctor', onTrouble: () => undefined });
  try {
    const inspection = await inspectTopic(client, plan);
    const { ends } = inspection;
    const lag = ends === undefined || database === undefined ? [] : [lagFinding(lagOf(ends, database.folded))];
    const gaps = database === undefined ? [] : gapFindings(inspection, database.folded);
    return [brokersFinding(inspection, replicationFactor), ...topicFindings(topic, inspection), ...gaps, ...lag];
  } catch (error) {
    const detail = `none of ${kafka.brokers.join(', ')} is reached: ${reasonOf(error)}`;
    return [fail('Kafka', detail, 'start the brokers, or correct KAFKA_BROKERS')];
  }
}

function brokersFinding({ brokers }: TopicInspection, copies: number): Finding {
  const detail = `${brokers} broker${brokers === 1 ? '' : 's'}`;
  if (brokers >= copies) return ok('Kafka', detail);
  return fail(
    'Kafka',
    `${detail} for ${copies} copies of each partition`,
    'add brokers, or set KEYBRAKE_KAFKA_REPLICATION_FACTOR',
  );
}

/** What the database wants next has to be there still. */
function gapFindings({ starts }: TopicInspection, folded: DatabaseInspection['folded']): readonly Finding[] {
  return [...starts].flatMap(([partition, start]) => {
    const next = folded.get(partition) ?? 0n;
    if (next >= start) return [];
    const detail = `partition ${partition} begins at ${start}, and the database wants ${next} next`;
    return [fail('topic', detail, 'restore a backup of the database that is younger than what the topic still has')];
  });
}

function topicFindings(name: string, { ends, problems }: TopicInspection): readonly Finding[] {
  if (ends === undefined) {
    return [warn('topic', `${name} is not there yet`, 'start a ledger, gateway or admin API: it makes the topic')];
  }
  if (problems.length === 0) return [ok('topic', `${name}: ${ends.size} partitions, settings as needed`)];
  return problems.map((problem) =>
    fail('topic', `${name}: ${problem}`, 'kafka-configs or kafka-reassign-partitions changes it'),
  );
}
