import { bootstrapAccount, type GovernancePorts } from '@keybrake/application';
import type { AccountId, BuiltInProviderId } from '@keybrake/domain';
import { createDigests, systemRuntime, systemSecrets } from '@keybrake/platform';
import { providerRegistry } from '@keybrake/providers';
import { SIMULATOR_CREDENTIALS } from '@keybrake/simulator';
import { createPostgresGovernanceStore, type Pool, PostgresAdmissionStore, postgresCipher } from '@keybrake/storage';

export interface KeyWish {
  readonly provider?: string;
  readonly agentType?: string;
  readonly allowedOperations: readonly string[];
  /** Daily, in cents, of the key. */
  readonly capMinor: string;
  readonly policy?: Readonly<Record<string, unknown>>;
}

export interface IssuedKey {
  readonly id: string;
  readonly vaultKey: string;
}

export interface Installation {
  readonly KEYBRAKE_PEPPER: string;
  readonly KEYBRAKE_KEK: string;
}

export function governancePorts(pool: Pool, env: Installation): GovernancePorts {
  return {
    providers: providerRegistry(),
    store: createPostgresGovernanceStore(pool),
    admission: new PostgresAdmissionStore(pool),
    cipher: postgresCipher(pool, { kek: Buffer.from(env.KEYBRAKE_KEK, 'base64'), otherKeks: [] }).credentials,
    digests: createDigests({ pepper: Buffer.from(env.KEYBRAKE_PEPPER, 'utf8'), newerPeppers: [] }),
    secrets: systemSecrets,
    runtime: systemRuntime,
  };
}

/** The account `default` with the simulator's real keys; returns its first admin token. */
export async function openAccount(pool: Pool, env: Installation): Promise<string> {
  const { stripe, twilio, resend } = SIMULATOR_CREDENTIALS;
  const credentials = new Map<BuiltInProviderId, { secret: string; accountSid?: string }>([
    ['stripe', { secret: stripe }],
    ['twilio', { secret: twilio.authToken, accountSid: twilio.accountSid }],
    ['resend', { secret: resend }],
  ]);
  const request = { accountId: 'default' as AccountId, credentials, earlier: undefined };
  return (await bootstrapAccount(governancePorts(pool, env), request)).adminToken;
}
