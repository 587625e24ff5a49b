import { join } from 'node:path';

import { BUILT_IN_PROVIDER_IDS, type BuiltInProviderId } from '@keybrake/domain';
import { type Config, PortTaken } from '@keybrake/platform';
import type { ProviderCredential } from '@keybrake/providers';
import { SIMULATOR_CREDENTIALS, startSimulator } from '@keybrake/simulator';

/** Who answers for each provider, and with which real key: the provider itself where its key was given, else the simulator. */
export interface Upstreams {
  readonly simulatorUrl: string;
  readonly simulated: readonly BuiltInProviderId[];
  readonly origins: Config['origins'];
  readonly credentials: ReadonlyMap<BuiltInProviderId, ProviderCredential>;
  close(): Promise<void>;
}

const { stripe, twilio, resend } = SIMULATOR_CREDENTIALS;
const SIMULATED: Readonly<Record<BuiltInProviderId, ProviderCredential>> = {
  stripe: { secret: stripe },
  twilio: { secret: twilio.authToken, accountSid: twilio.accountSid },
  resend: { secret: resend },
};

export async function openUpstreams(config: Config): Promise<Upstreams> {
  const { origins, providerKeys, simulator: address } = config;
  const simulator = await startSimulator({
    host: address.host,
    port: address.port,
    witnessFile: join(config.dataDir, 'witness.jsonl'),
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new PortTaken(address, { cause: error }) : error;
  });
  const simulated = BUILT_IN_PROVIDER_IDS.filter((id) => providerKeys[id] === undefined && !origins.has(id));
  return {
    simulatorUrl: simulator.url,
    simulated,
    origins: new Map([...origins, ...simulated.map((id) => [id, simulator.url] as const)]),
    credentials: new Map(BUILT_IN_PROVIDER_IDS.map((id) => [id, providerKeys[id] ?? SIMULATED[id]])),
    close: () => simulator.close(),
  };
}
