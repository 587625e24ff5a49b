import type { AppSettings } from './app-settings.ts';
import { grant, makeRoles, type Role, type RoleUrls } from './database-roles.ts';
import { GuardedKafka } from './guarded-kafka.ts';
import { GuardedRedis, type RedisUser } from './guarded-redis.ts';
import { OwnPostgres } from './own-postgres.ts';
import type { Profile } from './start-system.ts';
import { System, type SystemOptions } from './system.ts';

const TOPICS = {
  KEYBRAKE_KAFKA_TOPIC_PREFIX: 'least',
  KEYBRAKE_KAFKA_PARTITIONS: '4',
  KEYBRAKE_KAFKA_REPLICATION_FACTOR: '1',
};

/** Servers on which each app may do what deploy/ gives to it, and nothing else. Roles are a server's: it is a PostgreSQL of its own. */
export class LeastRights {
  readonly #profile: Profile;
  readonly #postgres: OwnPostgres;
  readonly #redis: GuardedRedis;
  readonly kafka: GuardedKafka | undefined;
  #roles: RoleUrls | undefined;

  private constructor(profile: Profile, postgres: OwnPostgres, redis: GuardedRedis, kafka: GuardedKafka | undefined) {
    this.#profile = profile;
    this.#postgres = postgres;
    this.#redis = redis;
    this.kafka = kafka;
  }

  static async start(profile: Profile): Promise<LeastRights> {
    const [postgres, redis, kafka] = await Promise.all([
      OwnPostgres.start(),
      GuardedRedis.prepare(),
      profile === 'distributed' ? GuardedKafka.start() : undefined,
    ]);
    await kafka?.applyScript(TOPICS);
    return new LeastRights(profile, postgres, redis, kafka);
  }

  /** A system whose processes each connect as themselves. */
  startSystem(options: Omit<SystemOptions, 'postgresUrl' | 'kafkaBrokers'> = {}): Promise<System> {
    const { kafka } = this;
    return System.start({
      ...options,
      postgresUrl: this.#postgres.url,
      ...(kafka && { kafkaBrokers: kafka.brokers }),
      redis: this.#redis.options,
      env: { ...TOPICS, ...kafka?.settings('admin'), ...options.env },
      settingsOfApps: async ({ databaseUrl, redisPort }) => {
        this.#roles = await makeRoles(databaseUrl);
        await grant(this.#roles, this.#profile);
        return this.#settingsOfApps(this.#roles, redisPort);
      },
    });
  }

  get roles(): RoleUrls {
    if (this.#roles === undefined) throw new Error('no system was started');
    return this.#roles;
  }

  redisUrl(user: RedisUser, system: System): string {
    return this.#redis.url(user, system.redis.port);
  }

  async remove(): Promise<void> {
    await this.kafka?.remove();
    await this.#redis.remove();
    await this.#postgres.remove();
  }

  #settingsOfApps(roles: RoleUrls, redisPort: number | undefined): AppSettings {
    const of = (role: Role, user: RedisUser) => ({
      DATABASE_URL: roles[role],
      ...(redisPort !== undefined && { REDIS_URL: this.#redis.url(user, redisPort) }),
      ...this.kafka?.settings(user),
    });
    return {
      gateway: of('gateway', 'keybrake-gateway'),
      ledger: of('ledger', 'keybrake-ledger'),
      'admin API': of('admin_api', 'keybrake-admin-api'),
    };
  }
}
