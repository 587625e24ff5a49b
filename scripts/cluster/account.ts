import { type Bootstrapped, bootstrapAccount } from '@keybrake/application';
import type { AccountId, BuiltInProviderId } from '@keybrake/domain';
import { createDigests, type DistributedInstallation, systemRuntime, systemSecrets } from '@keybrake/platform';
import { providerRegistry } from '@keybrake/providers';
import { SIMULATOR_CREDENTIALS } from '@keybrake/simulator';
import {
  createPool,
  createPostgresGovernanceStore,
  PostgresEarlierCalls,
  postgresCipher,
  RedisAdmissionStore,
  RedisServer,
} from '@keybrake/storage';

const { stripe, twilio, resend } = SIMULATOR_CREDENTIALS;
const CREDENTIALS = new Map<BuiltInProviderId, { secret: string; accountSid?: string }>([
  ['stripe', { secret: stripe }],
  ['twilio', { secret: twilio.authToken, accountSid: twilio.accountSid }],
  ['resend', { secret: resend }],
]);

/** The account `default` with the simulator's real keys, and the keys that an earlier start handed out. */
export async function openAccount(
  installation: DistributedInstallation,
  earlier: Partial<Pick<Bootstrapped, 'adminToken' | 'vaultKeys'>> | undefined,
): Promise<Bootstrapped> {
  const ignore = () => undefined;
  const pool = createPool({
    url: installation.databaseUrl,
    applicationName: 'cluster',
    connectionsMax: 2,
    onIdleError: ignore,
  });
  const redis = new RedisServer({ url: installation.redisUrl, name: 'cluster', onTrouble: ignore });
  try {
    await redis.opened();
    const ports = {
      providers: providerRegistry(),
      store: createPostgresGovernanceStore(pool),
      admission: new RedisAdmissionStore(redis, new PostgresEarlierCalls(pool)),
      cipher: postgresCipher(pool, installation).credentials,
      digests: createDigests(installation),
      secrets: systemSecrets,
      runtime: systemRuntime,
    };
    return await bootstrapAccount(ports, { accountId: 'default' as AccountId, credentials: CREDENTIALS, earlier });
  } finally {
    await redis.close();
    await pool.end();
  }
}
