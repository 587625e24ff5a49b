import { admissionStoreContract } from '@keybrake/testing';
import { startRedis } from '@keybrake/testing/redis-process';
import { RedisAdmissionRebuild } from './admission-rebuild.js';
import { RedisAdmissionStore } from './admission-store.js';
import { RedisAdmissionUpkeep } from './admission-upkeep.js';
import { RedisServer } from './redis-server.js';

admissionStoreContract('Redis', async () => {
  const redis = await startRedis();
  const server = new RedisServer({ url: redis.url, name: 'contract', onTrouble: () => undefined });
  await server.opened();
  const rebuild = new RedisAdmissionRebuild(server);
  await rebuild.begin(1);
  await rebuild.finish(1, 0);
  return {
    store: new RedisAdmissionStore(server, { find: () => Promise.resolve(undefined) }),
    upkeep: new RedisAdmissionUpkeep(server),
    close: async () => {
      await server.close();
      await redis.server.stop();
    },
  };
});
