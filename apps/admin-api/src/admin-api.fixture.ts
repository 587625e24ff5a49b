import { randomBytes } from 'node:crypto';
import {
  bootstrapAccount,
  DependencyUnavailable,
  type GovernancePorts,
  issueToken,
  type TokenRole,
} from '@keybrake/application';
import type { AccountId, BuiltInProviderId } from '@keybrake/domain';
import { GroupAppender, jsonEventCodec, PostgresEventLog } from '@keybrake/event-log';
import {
  createDigests,
  createLogger,
  createMetrics,
  Readiness,
  systemRuntime,
  systemSecrets,
} from '@keybrake/platform';
import { providerRegistry } from '@keybrake/providers';
import {
  asUnavailable,
  createPool,
  createPostgresGovernanceStore,
  type Pool,
  PostgresAdmissionStore,
  PostgresAdmissionUpkeep,
  PostgresAlertStore,
  PostgresApprovalStore,
  PostgresAuditReports,
  PostgresCallRecords,
  PostgresIdempotentResponses,
  PostgresLedgerReports,
  PostgresRecordedCalls,
  PostgresUsageReports,
  postgresCipher,
} from '@keybrake/storage';
import { createDatabase } from '@keybrake/testing/postgres';
import { startAdminApi } from './app.js';
import { AuditTails } from './audit-tails.js';
import type { SignInPorts } from './ports.js';
import { webhookPorts } from './shared-ports.js';

const ACCOUNT = 'default' as AccountId;
export const REAL_KEY = 'sk_test_canary_of_the_admin_api';

/** The admin API on a database of its own, with a token of each role. */
export interface AdminApiUnderTest {
  readonly url: string;
  readonly pool: Pool;
  readonly governance: GovernancePorts;
  readonly tokens: ReadonlyMap<TokenRole, string>;
  /** While true, writes of keys fail as if the admission store were away. */
  admissionIsDown: boolean;
  /** As the process does when it is asked to stop. */
  stopTails(): void;
  close(): Promise<void>;
}

export async function openAdminApi(
  postgresUrl: string,
  {
    signIn = { publicUrl: undefined, oidc: undefined, failuresPerMinuteMax: 20 },
    port = 0,
  }: { signIn?: SignInPorts; port?: number } = {},
): Promise<AdminApiUnderTest> {
  const database = await createDatabase(postgresUrl);
  const pool = createPool({
    url: database.url,
    applicationName: 'admin',
    connectionsMax: 8,
    onIdleError: () => undefined,
  });
  const digests = createDigests({ pepper: randomBytes(32), newerPeppers: [] });
  const audit = new PostgresAuditReports(pool, digests);
  const cipher = postgresCipher(pool, { kek: randomBytes(32), otherKeks: [] });
  const admission = new PostgresAdmissionStore(pool);
  const putKey = admission.putKey.bind(admission);
  admission.putKey = (key) =>
    api.admissionIsDown ? Promise.reject(new DependencyUnavailable('The admission store')) : putKey(key);
  const governance: GovernancePorts = {
    providers: providerRegistry(),
    store: createPostgresGovernanceStore(pool),
    admission,
    cipher: cipher.credentials,
    digests,
    secrets: systemSecrets,
    runtime: systemRuntime,
  };
  const tokens = new Map<TokenRole, string>();
  const log = new GroupAppender(await PostgresEventLog.open(pool, asUnavailable), jsonEventCodec);
  const ports = {
    governance,
    admission,
    log,
    reports: new PostgresLedgerReports(pool, new PostgresAdmissionUpkeep(pool)),
    audit,
    tails: new AuditTails(audit),
    calls: new PostgresCallRecords(pool),
    usage: new PostgresUsageReports(pool),
    alerts: new PostgresAlertStore(pool),
    approvals: { approvals: new PostgresApprovalStore(pool), admission, log, runtime: systemRuntime },
    webhooks: webhookPorts(pool, cipher.webhooks, 'public'),
    simulation: {
      providers: governance.providers,
      store: governance.store,
      digests,
      calls: new PostgresRecordedCalls(pool),
    },
    responses: new PostgresIdempotentResponses(pool, cipher.envelope),
    runtime: systemRuntime,
    signIn,
    publicGatewayUrl: 'http://127.0.0.1:4000',
  };
  const server = await startAdminApi({
    ports,
    address: { host: '127.0.0.1', port, portVariable: 'KEYBRAKE_ADMIN_PORT' },
    logger: createLogger({ name: 'test', level: 'silent' }),
    metrics: createMetrics('test'),
    readiness: new Readiness({ database: { check: () => pool.query('select 1'), whenDown: 'Nothing works.' } }),
  });
  const close = async () => {
    ports.tails.close();
    await server.close(1_000);
    await pool.end();
    await database.drop();
  };
  const api: AdminApiUnderTest = {
    url: server.url,
    pool,
    governance,
    tokens,
    admissionIsDown: false,
    stopTails: () => ports.tails.close(),
    close,
  };
  const credentials = new Map<BuiltInProviderId, { secret: string }>([['stripe', { secret: REAL_KEY }]]);
  await bootstrapAccount(governance, { accountId: ACCOUNT, credentials, earlier: undefined });
  const actor = { accountId: ACCOUNT, name: 'system' };
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    tokens.set(role, (await issueToken(governance, actor, { name: role, role, expiresAtMs: undefined })).token);
  }
  return api;
}
