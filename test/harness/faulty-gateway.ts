import { readFileSync } from 'node:fs';
import { openDistributedAdapters, openPostgresAdapters, startGateway } from '@keybrake/gateway';
import {
  createLogger,
  installShutdown,
  loadConfig,
  requireDistributed,
  requireInstallation,
  systemRuntime,
} from '@keybrake/platform';
import { loadProviders } from '@keybrake/provider-file';
import { defaultPriceList, originsOf } from '@keybrake/providers';
import { type FaultPoint, withFaults } from '@keybrake/testing/faults';

// The product's own gateway with its ports wrapped: when a call reaches a point, the process is gone, like by kill -9, or
// stands still. FAULTS is `<point>:<signal>,…`; each happens once. CLOCK_OFFSET_FILE holds what its clock is off by, in ms.
const { FAULTS = '', CLOCK_OFFSET_FILE, ...env } = process.env;
const pending = new Map(FAULTS.split(',').map((fault) => fault.split(':') as [string, NodeJS.Signals]));
const nowMs =
  CLOCK_OFFSET_FILE === undefined
    ? systemRuntime.nowMs
    : () => systemRuntime.nowMs() + Number(readFileSync(CLOCK_OFFSET_FILE, 'utf8'));

const config = loadConfig({ env, required: ['DATABASE_URL', 'KEYBRAKE_PEPPER', 'KEYBRAKE_KEK'] });
const logger = createLogger({ name: 'gateway', level: config.logLevel, secrets: config.secrets });
const providers = await loadProviders(config);
const gateway = await startGateway({
  config,
  logger,
  open: async (events) => {
    const prices = defaultPriceList();
    const { upstreamTimeoutMs } = config;
    const origins = originsOf(providers, config.origins);
    const common = { providers, origins, upstreamTimeoutMs, prices };
    const adapters =
      config.redisUrl !== undefined
        ? await openDistributedAdapters({ ...common, ...requireDistributed(config), kafka: config.kafka }, events)
        : await openPostgresAdapters({ ...common, ...requireInstallation(config) }, events);
    const reached = (here: FaultPoint) => {
      const signal = pending.get(here);
      pending.delete(here);
      if (signal !== undefined) process.kill(process.pid, signal);
    };
    const ports = { ...adapters.ports, runtime: { ...adapters.ports.runtime, nowMs } };
    return { ...adapters, ports: withFaults(ports, reached) };
  },
});
installShutdown({ logger, steps: gateway.shutdownSteps, budgetMs: 10_000 });
