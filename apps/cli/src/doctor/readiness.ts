import { type Finding, fail, ok, reasonOf } from './finding.js';

const TIMEOUT_MS = 5_000;

export const look = (url: string): Promise<Response> => fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });

/** What `/readyz` of every process answers. */
interface ReadyAnswer {
  readonly details?: Readonly<
    Record<
      string,
      { readonly status: string; readonly problem?: string; readonly since?: string; readonly meanwhile?: string }
    >
  >;
}

const FIXES: Readonly<Record<string, string>> = {
  database: 'see that PostgreSQL runs and that DATABASE_URL of that process is right',
  admission: 'see that Redis runs, is volatile (no files, no eviction), and that a ledger runs to fill it',
  log: 'see that the brokers run and that KAFKA_BROKERS of that process is right',
  process: 'it is about to stop: wait for its successor',
};

/** One finding when it is not reached, else one for it and one for each of its dependencies that is down. */
export async function checkReadiness(name: string, baseUrl: string, fix: string): Promise<readonly Finding[]> {
  let answer: ReadyAnswer;
  let isReady: boolean;
  try {
    const response = await look(`${baseUrl}/readyz`);
    answer = (await response.json()) as ReadyAnswer;
    isReady = response.ok;
  } catch (error) {
    return [fail(name, `${baseUrl} is not reached: ${reasonOf(error)}`, fix)];
  }
  const { details } = answer;
  if (details === undefined) return [fail(name, `${baseUrl} answers, but not as Keybrake does`, 'correct the address')];
  const states = Object.entries(details);
  const up = states.filter(([, { status }]) => status === 'up').map(([one]) => one);
  const down = states.filter(([, { status }]) => status !== 'up');
  const own = isReady
    ? ok(name, `${baseUrl} is ready (${up.join(', ')})`)
    : fail(name, `${baseUrl} is not ready`, 'see the dependencies below');
  return [
    own,
    ...down.map(([one, { problem = 'it is down', since, meanwhile }]) =>
      fail(
        `${name}: ${one}`,
        [since === undefined ? problem : `${problem}, since ${since}`, meanwhile].filter(Boolean).join('. '),
        FIXES[one] ?? 'see its log',
      ),
    ),
  ];
}
