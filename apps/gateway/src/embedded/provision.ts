import { type Bootstrapped, bootstrapAccount, type GovernancePorts, republishAdmission } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { createDigests, type Installation, type Logger, systemRuntime, systemSecrets } from '@keybrake/platform';
import {
  createPool,
  createPostgresGovernanceStore,
  type Pool,
  PostgresAdmissionStore,
  postgresCipher,
} from '@keybrake/storage';
import { readEarlier } from './demo-file.js';
import type { Upstreams } from './upstreams.js';

const ACCOUNT = 'default' as AccountId;
const CONNECTIONS_MAX = 4;

/** Makes sure that a first call can be made: account, admin token, and a credential, policy and vault key per provider. */
export async function provision(
  installation: Installation,
  dataDir: string,
  upstreams: Upstreams,
  logger: Logger,
): Promise<Bootstrapped> {
  const pool = createPool({
    url: installation.databaseUrl,
    applicationName: 'keybrake-start',
    connectionsMax: CONNECTIONS_MAX,
    onIdleError: (error) => logger.warn({ err: error }, 'idle connection'),
  });
  try {
    const ports = governancePorts(pool, installation);
    await republishAdmission(ports);
    const earlier = await readEarlier(dataDir);
    return await bootstrapAccount(ports, { accountId: ACCOUNT, credentials: upstreams.credentials, earlier });
  } finally {
    await pool.end();
  }
}

function governancePorts(pool: Pool, { pepper, kek }: Installation): GovernancePorts {
  return {
    store: createPostgresGovernanceStore(pool),
    admission: new PostgresAdmissionStore(pool),
    cipher: postgresCipher(pool, kek).credentials,
    digests: createDigests(pepper),
    secrets: systemSecrets,
    runtime: systemRuntime,
  };
}
