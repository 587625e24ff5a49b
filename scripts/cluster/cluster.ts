import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bootstrapped } from '@keybrake/application';
import type { BuiltInProviderId } from '@keybrake/domain';
import {
  createLogger,
  DISTRIBUTED_SETTINGS,
  fileDestination,
  installShutdown,
  keptSecret,
  loadConfig,
  OperatorError,
  requireDistributed,
  runMain,
} from '@keybrake/platform';
import { LOAD_BALANCERS, type LoadBalancer } from '@keybrake/testing/load-balancer';
import { freePort } from '@keybrake/testing/processes';
import { openAccount } from './account.ts';
import { StartedProcesses } from './leftovers.ts';
import { balance, startApp, startServers } from './parts.ts';
import type { Supervised } from './supervised.ts';

const GATEWAYS = 3;
const LEDGERS = 2;
const PROVIDERS: readonly BuiltInProviderId[] = ['stripe', 'twilio', 'resend'];
const STOP_BUDGET_MS = 60_000;

const say = (message: string) => process.stdout.write(`keybrake: ${message}\n`);

/** What a script needs to know of a running cluster; the shape of design section 5. */
interface ClusterFile {
  readonly gatewayUrl: string;
  readonly loadBalancerUrl: string;
  readonly gatewayUrls: readonly string[];
  readonly adminUrl: string;
  readonly adminToken: string;
  readonly providers: Readonly<Record<string, { readonly vaultKey: string; readonly baseUrl: string }>>;
  readonly simulatorUrl: string;
  readonly kafkaBrokers: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

async function writeClusterFile(path: string, cluster: ClusterFile): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(cluster, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

/** Keys of the last start, so that what was copied from its terminal goes on working. */
async function readEarlier(path: string): Promise<Partial<Pick<Bootstrapped, 'adminToken' | 'vaultKeys'>> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { adminToken, providers } = JSON.parse(text) as ClusterFile;
  return { adminToken, vaultKeys: new Map(PROVIDERS.map((id) => [id, providers[id]?.vaultKey ?? ''])) };
}

/** `npm run cluster`: the distributed profile on one machine, every part a real server in a process of its own. */
await runMain('cluster', async () => {
  const balancer = chosenBalancer(process.argv.slice(2));
  const ports = loadConfig();
  const folder = join(ports.dataDir, 'cluster');
  const clusterFile = join(ports.dataDir, 'cluster.json');
  const startedAtMs = performance.now();
  let written: ClusterFile | undefined;
  const running: Supervised[] = [];
  const started = await StartedProcesses.open(folder, say);
  const keep = async (...some: readonly Supervised[]) => {
    running.push(...some);
    await started.add(...some);
  };
  const onChange = (message: string) => {
    say(message);
    started.update().catch((error: Error) => say(error.message));
    if (written === undefined) return;
    written = { ...written, processes: running.map(({ name, pid }) => ({ name, pid })) };
    void writeClusterFile(clusterFile, written).catch((error: Error) => say(error.message));
  };
  const servers = await startServers({ folder, say: onChange });
  await keep(...servers.supervised);
  const logger = createLogger({
    name: 'cluster',
    level: 'info',
    destination: fileDestination(join(folder, 'cluster.log')),
  });
  const stopAll = async () => {
    for (const one of running) one.letEnd();
    // The last first: each needs only what comes before it. Gateways and ledgers stop at once.
    const servedBy = running.filter(({ name }) => !servers.supervised.some((server) => server.name === name));
    for (const group of [balancer, 'gateway', 'admin', 'ledger', 'simulator']) {
      await Promise.all(servedBy.filter(({ name }) => name.startsWith(group)).map((one) => one.stop()));
    }
    await Promise.all(servers.supervised.map((one) => one.stop()));
    await servers.postgres.stop();
    await started.close();
  };
  installShutdown({
    logger,
    budgetMs: STOP_BUDGET_MS,
    onStart: () => say('stopping…'),
    steps: [
      { name: 'everything', run: stopAll },
      { name: 'farewell', run: async () => say('stopped') },
    ],
  });

  const simulatorPort = ports.simulator.port;
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const secrets = {
    KEYBRAKE_PEPPER: await keptSecret(folder, 'pepper'),
    KEYBRAKE_KEK: await keptSecret(folder, 'kek'),
  };
  const env = {
    ...secrets,
    DATABASE_URL: servers.databaseUrl,
    REDIS_URL: servers.redisUrl,
    KAFKA_BROKERS: servers.kafkaBrokers,
    KEYBRAKE_KAFKA_REPLICATION_FACTOR: '1',
    KEYBRAKE_DRAIN_DELAY_MS: '1000',
    ...Object.fromEntries(PROVIDERS.map((id) => [`KEYBRAKE_${id.toUpperCase()}_ORIGIN`, simulatorUrl])),
  };
  const installation = requireDistributed(loadConfig({ env, required: DISTRIBUTED_SETTINGS }));
  const gatewayPorts = await freePorts(GATEWAYS);
  const ledgerPorts = await freePorts(LEDGERS);

  // Of each process: what waits for a person names the page.
  const adminAddress = { KEYBRAKE_ADMIN_PORT: String(ports.admin.port) };
  const app = async (name: string, entry: string, port: number, more: Record<string, string>, readyPath?: string) => {
    const options = { name, entry, port, env: { ...env, ...adminAddress, ...more }, say: onChange };
    await keep(await startApp(readyPath === undefined ? options : { ...options, readyPath }));
  };
  say('starting the simulator, ledgers, admin API and gateways');
  const witness = join(folder, 'witness.jsonl');
  const simulatorEnv = { KEYBRAKE_SIMULATOR_PORT: String(simulatorPort), KEYBRAKE_SIMULATOR_WITNESS: witness };
  await keep(
    await startApp({
      name: 'simulator',
      entry: 'libs/simulator/dist/main.js',
      port: simulatorPort,
      env: simulatorEnv,
      readyPath: '/_control',
      say: onChange,
    }),
  );
  await Promise.all(
    ledgerPorts.map((port, index) =>
      app(`ledger-${index + 1}`, 'apps/ledger/dist/main.distributed.js', port, { KEYBRAKE_LEDGER_PORT: String(port) }),
    ),
  );
  await Promise.all([
    app('admin-api', 'apps/admin-api/dist/main.distributed.js', ports.admin.port, {}),
    ...gatewayPorts.map((port, index) =>
      app(`gateway-${index + 1}`, 'apps/gateway/dist/main.distributed.js', port, {
        KEYBRAKE_GATEWAY_PORT: String(port),
      }),
    ),
  ]);
  const account = await openAccount(installation, await readEarlier(clusterFile));
  await keep(await balance(balancer, folder, ports.gateway.port, gatewayPorts, onChange));

  const loadBalancerUrl = `http://127.0.0.1:${ports.gateway.port}`;
  const provider = (id: BuiltInProviderId) => ({
    vaultKey: account.vaultKeys.get(id) ?? '',
    baseUrl: `${loadBalancerUrl}/${id}`,
  });
  written = {
    gatewayUrl: loadBalancerUrl,
    loadBalancerUrl,
    gatewayUrls: gatewayPorts.map((port) => `http://127.0.0.1:${port}`),
    adminUrl: `http://127.0.0.1:${ports.admin.port}`,
    adminToken: account.adminToken,
    providers: Object.fromEntries(PROVIDERS.map((id) => [id, provider(id)])),
    simulatorUrl,
    kafkaBrokers: servers.kafkaBrokers,
    redisUrl: servers.redisUrl,
    databaseUrl: servers.databaseUrl,
    processes: running.map(({ name, pid }) => ({ name, pid })),
  };
  await writeClusterFile(clusterFile, written);
  process.stdout.write(welcome(written, (performance.now() - startedAtMs) / 1_000));
});

/** `--balancer nginx`; HAProxy when nothing is said. */
function chosenBalancer(args: string[]): LoadBalancer {
  const [option, name = '', ...rest] = args;
  if (option === undefined) return 'haproxy';
  const found = LOAD_BALANCERS.find((one) => one === name);
  if (option === '--balancer' && found !== undefined && rest.length === 0) return found;
  throw new OperatorError(
    `npm run cluster takes --balancer ${LOAD_BALANCERS.join(' or ')}, and nothing else; it was given: ${args.join(' ')}`,
  );
}

async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push(await freePort());
  return found;
}

function welcome(
  { loadBalancerUrl, adminUrl, simulatorUrl, processes, providers }: ClusterFile,
  tookS: number,
): string {
  return `
Keybrake runs distributed (ready after ${tookS.toFixed(1)} s). Ctrl-C stops it; what ends by itself is started again.

  load balancer  ${loadBalancerUrl}     agents call this; ${GATEWAYS} gateways behind it
  admin API      ${adminUrl}/docs   token in .keybrake/cluster.json
  simulator      ${simulatorUrl}     stands for Stripe, Twilio and Resend
  processes      ${processes.map(({ name, pid }) => `${name} ${pid}`).join(', ')}

  curl -i ${loadBalancerUrl}/v1/charges -u ${providers.stripe?.vaultKey}: \\
    -H 'Idempotency-Key: order-1001' -d amount=2000 -d currency=usd -d source=tok_visa

What goes wrong without it, told with the SDK (in another terminal): npm run demo
`;
}
