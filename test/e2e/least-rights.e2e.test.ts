import { createKafka, ensureTopic } from '@keybrake/event-log';
import { loadConfig } from '@keybrake/platform';
import { eventually } from '@keybrake/testing/processes';
import { Redis } from 'ioredis';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as rights from '../harness/every-right.ts';
import * as routes from '../harness/every-route.ts';
import type { KafkaUserName } from '../harness/guarded-kafka.ts';
import type { RedisUser } from '../harness/guarded-redis.ts';
import { LeastRights } from '../harness/least-rights.ts';
import { PROFILES } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';
import { TopicWriter } from '../harness/topic-writer.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const REFUSAL = /permission denied|NOPERM|not authorized|authorization failed/i;

describe.each(PROFILES)('each app with the rights of deploy/ and no more (%s)', (profile) => {
  let servers: LeastRights;
  let system: System;
  beforeAll(async () => {
    servers = await LeastRights.start(profile);
    system = await servers.startSystem({ env: rights.SHORT_DEADLINES });
  }, 240_000);
  afterAll(async () => {
    await system?.stop();
    await servers?.remove();
  });

  /** What Redis has refused since it started: one line a command and user. */
  const refusedByRedis = async () => {
    if (profile === 'postgres') return [];
    const redis = new Redis(system.redis.url);
    const log = (await redis.acl('LOG')) as string[][];
    redis.disconnect();
    return log.map((entry) => `${entry[9]}: ${entry[3]} ${entry[5]} ${entry[7]}`);
  };

  test('calls, approvals and what agents see', async () => {
    await rights.calls(system);
    await rights.approvals(system);
    await rights.agentView(system);
  });

  test('calls in doubt, abandoned, and priced late', async () => {
    await rights.callsInDoubt(system);
    await rights.abandonedCalls(system);
    await rights.latePrice(system);
  });

  test('every change and every report', async () => {
    await routes.changes(system);
    await routes.webhooks(system);
    await routes.reads(system);
    for (const url of system.ledgerUrls)
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('keybrake_spend');
  });

  test('checkpoints of days that have ended', async () => {
    await system.sql(`update ledger.audit_entries set started_at_ms = started_at_ms - 86400000
                       where id = (select min(id) from ledger.audit_entries)`);
    await system.startLedger();
    const made = () => system.sql('select 1 from audit.checkpoint_heads');
    await eventually('the checkpoint', made, (rows) => rows.length > 0, 30_000);
  });

  test.runIf(profile === 'distributed')('a lost Redis, and an account that is frozen and thawed', async () => {
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
    expect((await rights.pay(system, key, 700, 'before')).status).toBe(200);
    expect(await refusedByRedis()).toEqual([]);
    await system.restartRedis();
    const again = () => rights.pay(system, key, 700, 'before');
    expect((await eventually('the rebuild', again, ({ status }) => status !== 503, 60_000)).status).toBe(200);
    const topic = new TopicWriter(system);
    await topic.writeRaw(['no json'], 'default');
    await topic.close();
    const call = () => rights.pay(system, key);
    expect((await eventually('the freeze', call, ({ status }) => status !== 200, 60_000)).status).toBe(403);
    await system.admin('POST', '/v1/account/thaw', { reason: 'looked at it' });
    expect((await eventually('the thaw', call, ({ status }) => status !== 403, 60_000)).status).toBe(200);
  });

  test('no server has refused anything that an app has asked for', async () => {
    await system.foldedUp();
    expect(
      system
        .output()
        .split('\n')
        .filter((line) => REFUSAL.test(line)),
    ).toEqual([]);
    expect(await refusedByRedis()).toEqual([]);
  });

  if (profile === 'postgres') return;

  describe('beyond that', () => {
    const ALL: readonly RedisUser[] = ['keybrake-gateway', 'keybrake-ledger', 'keybrake-admin-api'];
    const REFUSED: readonly (readonly [string, readonly RedisUser[]])[] = [
      ['FLUSHALL', ALL],
      ['CONFIG SET save 60', ALL],
      ['KEYS *', ALL],
      ['SCAN 0', ALL],
      ['ACL LIST', ALL],
      ['REPLICAOF 127.0.0.1 1', ALL],
      ['SHUTDOWN', ALL],
      ['SAVE', ALL],
      ['SCRIPT FLUSH', ALL],
      ['FUNCTION LIST', ALL],
      ['GET another:key', ALL],
      ['HSET another:key a b', ALL],
      ['FLUSHDB', ['keybrake-gateway', 'keybrake-admin-api']],
      ['HSET kb:state phase ready', ['keybrake-gateway', 'keybrake-admin-api']],
      ['SET kb:{default}:p:pol 9', ['keybrake-gateway']],
      ['SET kb:{default}:frozen 1', ['keybrake-gateway']],
      ['DEL kb:{default}:frozen', ['keybrake-gateway', 'keybrake-ledger']],
      ['HSET kb:{default}:m:x used 0', ['keybrake-admin-api']],
    ];
    test.each(REFUSED.flatMap(([command, users]) => users.map((user) => [user, command] as const)))(
      '%s may not %s in Redis, by itself or by a script',
      async (user, command) => {
        const redis = new Redis(servers.redisUrl(user, system));
        const [name = '', ...args] = command.split(' ');
        const words = command.split(' ').map((word) => `'${word}'`);
        const refusals = await Promise.allSettled([
          redis.call(name, ...args),
          redis.eval(`return redis.call(${words.join(', ')})`, 0),
        ]);
        redis.disconnect();
        expect(refusals.map((one) => one.status === 'rejected' && String(one.reason))).toEqual([
          expect.stringContaining('NOPERM'),
          expect.stringMatching(/The user executing the script can't|not allowed from script/),
        ]);
      },
    );

    test('nobody signs in to Redis without a user', async () => {
      const redis = new Redis({ port: system.redis.port, lazyConnect: true, retryStrategy: () => null });
      redis.on('error', () => undefined);
      await expect(redis.connect().then(() => redis.get('kb:state'))).rejects.toThrow(/NOAUTH|closed/);
      redis.disconnect();
    });

    const kafkaOf = (user: KafkaUserName) => {
      const { kafka } = loadConfig({ env: { ...system.settings, ...servers.kafka?.settings(user) } });
      return { ...kafka, client: createKafka({ ...kafka, clientId: 'test', onTrouble: () => undefined }) };
    };

    test('an app without rights on its topic, or without its topic, says what to do', async () => {
      const { spendTopic } = kafkaOf('nobody');
      const plan = { topic: spendTopic, partitions: 4, replicationFactor: 1 };
      const told = /make it and give the user its rights as deploy\/kafka\/topics-and-acls\.sh does/;
      await expect(ensureTopic(kafkaOf('nobody').client, plan)).rejects.toThrow(told);
      await expect(ensureTopic(kafkaOf('keybrake-gateway').client, { ...plan, topic: 'least.more' })).rejects.toThrow(
        told,
      );
      await ensureTopic(kafkaOf('keybrake-gateway').client, plan);
    });

    test('the ledger alone has a right to read the topic', async () => {
      const { client, spendTopic } = kafkaOf('admin');
      const admin = client.admin();
      await admin.connect();
      const { resources } = await admin.describeAcls({
        resourceType: AclResourceTypes.TOPIC,
        resourceName: spendTopic,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        operation: AclOperationTypes.READ,
        permissionType: AclPermissionTypes.ALLOW,
      });
      await admin.disconnect();
      expect(resources.flatMap(({ acls }) => acls.map(({ principal }) => principal))).toEqual(['User:keybrake-ledger']);
    });

    test.each(['keybrake-gateway', 'keybrake-ledger', 'keybrake-admin-api', 'nobody'] as const)(
      '%s may not make, change or delete a topic, and reads and writes as told',
      async (user) => {
        const { client, spendTopic, governanceTopic, consumerGroup } = kafkaOf(user);
        const admin = client.admin({ retry: { retries: 0 } });
        await admin.connect();
        const refused = /not authorized|authorization failed|find group coordinator/i;
        await expect(admin.deleteTopics({ topics: [spendTopic] })).rejects.toThrow(refused);
        const created = await admin.createTopics({ topics: [{ topic: 'least.more' }] }).catch((error: Error) => error);
        expect(created).toMatchObject({ name: expect.stringMatching(/Aggregate|Protocol/) });
        await admin.disconnect();

        const producer = client.producer({ allowAutoTopicCreation: false, retry: { retries: 0 } });
        await producer.connect();
        const write = (topic: string) =>
          producer.send({ topic, messages: [{ value: '{}', key: 'nobody', partition: 3 }] }).then(
            () => true,
            () => false,
          );
        const mayRecord = user !== 'nobody';
        expect([await write(spendTopic), await write(governanceTopic)]).toEqual([
          mayRecord,
          user === 'keybrake-ledger',
        ]);
        await producer.disconnect();

        const consumer = client.consumer({ groupId: consumerGroup, retry: { retries: 0 } });
        const joined = consumer.connect().then(async () => {
          await consumer.subscribe({ topics: [spendTopic] });
          const crashed = new Promise<string>((said) =>
            consumer.on('consumer.crash', ({ payload }) => said(payload.error.message)),
          );
          const member = new Promise<string>((said) => consumer.on('consumer.group_join', () => said('joined')));
          await consumer.run({ eachMessage: () => Promise.resolve() });
          return Promise.race([crashed, member]);
        });
        const outcome = await joined.catch((error: Error) => error.message);
        await consumer.disconnect();
        if (user === 'keybrake-ledger') expect(outcome).toBe('joined');
        else expect(outcome).toMatch(refused);
      },
    );
  });
});
