import { AdminProblem, answered } from '@keybrake/admin-client';
import { clientFor, type Target } from '../connection/connection.js';
import { type Finding, fail, ok, reasonOf, skipped, warn } from './finding.js';
import { checkReadiness, look } from './readiness.js';

const SKEW_WARN_MS = 2_000;
const SKEW_FAIL_MS = 60_000;
/** The Date header has whole seconds. */
const DATE_HALF_MS = 500;

/** The admin API, its dependencies as it sees them, its clock, and what the token may do. */
export async function checkAdminApi({ baseUrl, token }: Partial<Target>): Promise<readonly Finding[]> {
  if (baseUrl === undefined) {
    return [warn('admin API', 'no address of one is known', 'run keybrake init, or set KEYBRAKE_URL')];
  }
  const readiness = await checkReadiness(
    'admin API',
    baseUrl,
    'start it (npm start), or correct the address (keybrake init)',
  );
  if (readiness[0]?.state === 'fail' && readiness.length === 1) return readiness;
  return [...readiness, await checkClock(baseUrl), ...(await checkToken(baseUrl, token))];
}

async function checkClock(baseUrl: string): Promise<Finding> {
  const startedMs = Date.now();
  const { headers } = await look(`${baseUrl}/livez`);
  const middleMs = (startedMs + Date.now()) / 2;
  const serverMs = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(serverMs)) return skipped('clock', 'the server tells no time');
  return clockFinding(serverMs + DATE_HALF_MS - middleMs);
}

/** Windows, expiries and idempotency keys go by the servers' clocks. */
export function clockFinding(skewMs: number): Finding {
  const seconds = `${Math.abs(skewMs / 1_000).toFixed(1)} s`;
  const detail = `the server's is ${seconds} ${skewMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  if (Math.abs(skewMs) < SKEW_WARN_MS) return ok('clock', detail);
  const fix = 'let both machines follow the same time servers (NTP)';
  return Math.abs(skewMs) < SKEW_FAIL_MS ? warn('clock', detail, fix) : fail('clock', detail, fix);
}

async function checkToken(baseUrl: string, token: string | undefined): Promise<readonly Finding[]> {
  if (token === undefined) return [warn('token', 'there is none', 'run keybrake init, or set KEYBRAKE_TOKEN')];
  const client = clientFor(baseUrl, token);
  try {
    const { accountId, role, name, expiresAt } = await answered(client.GET('/v1/sessions/current'));
    const until = expiresAt === null ? '' : `, until ${expiresAt}`;
    return [ok('token', `"${name}" of account ${accountId}, role ${role}${until}`), await checkAccount(client)];
  } catch (error) {
    const fix = 'take a live token: keybrake init, KEYBRAKE_TOKEN or --token-file';
    return [fail('token', error instanceof AdminProblem ? error.problem.detail : reasonOf(error), fix)];
  }
}

async function checkAccount(client: ReturnType<typeof clientFor>): Promise<Finding> {
  const { id, frozen } = await answered(client.GET('/v1/account'));
  if (frozen === null) return ok('account', `${id} may spend`);
  return fail('account', `${id} is frozen: ${frozen}`, 'look at ledger.dead_letters, then POST /v1/account/thaw');
}
