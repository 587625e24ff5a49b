import { openDistributedAdapters, openPostgresAdapters, originsOf, startGateway } from '@keybrake/gateway';
import { createLogger, installShutdown, loadConfig, requireDistributed, requireInstallation } from '@keybrake/platform';
import { defaultPriceList } from '@keybrake/providers';
import { FAULT_POINTS, type FaultPoint, withFaults } from '@keybrake/testing/faults';

// The product's own gateway with its ports wrapped: when a call reaches the point, the process is gone, like by kill -9, or stands still.
const { FAULT_POINT, FAULT_SIGNAL, ...env } = process.env;
const point = FAULT_POINTS.find((one): one is FaultPoint => one === FAULT_POINT);
if (point === undefined) throw new Error(`FAULT_POINT must be one of ${FAULT_POINTS.join(', ')}`);

const config = loadConfig({ env, required: ['DATABASE_URL', 'KEYBRAKE_PEPPER', 'KEYBRAKE_KEK'] });
const logger = createLogger({ name: 'gateway', level: config.logLevel, secrets: config.secrets });
const gateway = await startGateway({
  config,
  logger,
  open: async (events) => {
    const prices = defaultPriceList();
    const { upstreamTimeoutMs } = config;
    const origins = originsOf(config.origins);
    const common = { origins, upstreamTimeoutMs, prices };
    const adapters =
      config.redisUrl !== undefined
        ? await openDistributedAdapters({ ...common, ...requireDistributed(config), kafka: config.kafka }, events)
        : await openPostgresAdapters({ ...common, ...requireInstallation(config) }, events);
    const reached = (here: FaultPoint) => {
      if (here === point) process.kill(process.pid, FAULT_SIGNAL === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL');
    };
    return { ...adapters, ports: withFaults(adapters.ports, reached) };
  },
});
installShutdown({ logger, steps: gateway.shutdownSteps, budgetMs: 10_000 });
