/** The server may lose or bring back admitted spend, so nothing is admitted on it. The message says what to change. */
export class UnsafeServer extends Error {
  override readonly name = 'UnsafeServer';
}

/** Fields of INFO, by name. */
export function parseInfo(info: string): ReadonlyMap<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
}

const RULES: readonly { holds: (info: ReadonlyMap<string, string>) => boolean; problem: string }[] = [
  {
    holds: (info) => info.get('role') === 'master',
    problem: 'it is a replica: point REDIS_URL at a primary',
  },
  {
    holds: (info) => info.get('connected_slaves') === '0',
    problem: 'a replica is attached, and one that is promoted forgets admitted spend: detach it',
  },
  {
    holds: (info) => info.get('aof_enabled') === '0',
    problem: 'it keeps an append-only file, and would come back with old balances: set appendonly no',
  },
  {
    holds: (info) => (info.get('cluster_enabled') ?? '0') === '0',
    problem: 'it is a cluster node: use a single primary',
  },
  {
    holds: (info) => info.get('maxmemory_policy') === 'noeviction',
    problem: 'it may evict balances when memory is short: set maxmemory-policy noeviction',
  },
];

/**
 * Why the server is not used for admission, each with what to change. `snapshots`: CONFIG GET save, undefined where that
 * is forbidden.
 */
export function serverProblems(info: ReadonlyMap<string, string>, snapshots: string | undefined): readonly string[] {
  const problems = RULES.filter(({ holds }) => !holds(info)).map(({ problem }) => problem);
  if (snapshots !== undefined && snapshots !== '') {
    problems.push('it writes snapshots, and would come back with old balances: set save ""');
  }
  return problems;
}

/**
 * The startup and on-connect guard (design section 3, "Losing the admission store"). Returns the server's run id, which
 * every script compares with the one that was made ready. `snapshots`: CONFIG GET save, undefined where that is forbidden.
 */
export function checkServer(info: ReadonlyMap<string, string>, snapshots: string | undefined): string {
  const problems = [...serverProblems(info, snapshots)];
  const runId = info.get('run_id');
  if (runId === undefined) problems.push('INFO names no run_id');
  if (problems.length > 0 || runId === undefined) {
    throw new UnsafeServer(`this Redis is not used for admission: ${problems.join('; ')}`);
  }
  return runId;
}
