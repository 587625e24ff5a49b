import { addressOf, type ListenAddress } from '@keybrake/platform';
import { type Finding, ok, reasonOf, skipped, warn } from './finding.js';
import { checkReadiness, look } from './readiness.js';

const LAG_METRIC = /^keybrake_ledger_lag_events(?:\{[^}]*\})? (\d+)/m;
/** More than a busy ledger has waiting for a moment. */
const LAG_WARN = 1_000n;

export function checkGateway(
  gatewayUrl: string | undefined,
  address: ListenAddress | undefined,
): Promise<readonly Finding[]> {
  const url = gatewayUrl ?? (address === undefined ? undefined : addressOf(address));
  if (url === undefined) return Promise.resolve([skipped('gateway', 'its address is not known')]);
  return checkReadiness(
    'gateway',
    url,
    'start it, or tell its address: keybrake init --gateway-url, KEYBRAKE_GATEWAY_PORT',
  );
}

/** A ledger's health is for its own machine: one that is not reached from here may well run elsewhere. */
export async function checkLedger(address: ListenAddress): Promise<readonly Finding[]> {
  const url = addressOf(address);
  const readiness = await checkReadiness('ledger', url, '');
  if (readiness[0]?.state === 'fail' && readiness.length === 1) {
    return [skipped('ledger', `none is reached at ${url}: it may be on another machine, or inside npm start`)];
  }
  return [...readiness, await checkMetric(url)];
}

async function checkMetric(url: string): Promise<Finding> {
  try {
    const text = await (await look(`${url}/metrics`)).text();
    const lag = LAG_METRIC.exec(text)?.[1];
    return lag === undefined ? skipped('ledger lag', 'its metrics do not tell') : lagFinding(BigInt(lag));
  } catch (error) {
    return skipped('ledger lag', `its metrics are not reached: ${reasonOf(error)}`);
  }
}

/** Records that are in the log and not yet in balances, reports and audit. */
export function lagFinding(records: bigint): Finding {
  const detail = `${records} records behind the log`;
  if (records < LAG_WARN) return ok('ledger lag', detail);
  return warn('ledger lag', detail, 'see that a ledger runs and what its log says; it may only be catching up');
}

/** The lag by positions; partitions that were never folded count whole. */
export function lagOf(ends: ReadonlyMap<number, bigint>, folded: ReadonlyMap<number, bigint>): bigint {
  let lag = 0n;
  for (const [partition, end] of ends) {
    const next = folded.get(partition) ?? 0n;
    if (end > next) lag += end - next;
  }
  return lag;
}
