import type { CallOutcome, CaseProgram, CaseReport, Surroundings } from '../../harness/sdk-run.ts';

export const PAGE_SIZE = 2;
export const LISTED = 5;

/** One money-moving call and one list of an SDK. */
export interface NodeSdk {
  /** Gives an error as an outcome. The marker is what the provider's witness will show. */
  create(gatewayUrl: string, vaultKey: string, marker: string, idempotencyKey?: string): Promise<CallOutcome>;
  /** The newest ids, as many as are listed, in pages. */
  newest(gatewayUrl: string, vaultKey: string): Promise<readonly string[]>;
}

/** Takes an SDK through the cases that all SDKs of all languages go through. */
export function nodeCases(sdk: NodeSdk, variants: Readonly<Record<string, NodeSdk>> = {}): CaseProgram {
  return async (surroundings) => {
    const reports: CaseReport[] = [];
    for (const name of ['success', 'denied_by_policy', 'denied_by_cap', 'bad_key'])
      reports.push(await once(sdk, surroundings, name));
    reports.push(await twice(sdk, surroundings, 'replay', 'replay'));
    reports.push(await twice(sdk, surroundings, 'mismatch', 'mismatch, changed'));
    reports.push(await pageByPage(sdk, surroundings, 'pages'));
    for (const name of ['in_doubt', 'unavailable']) reports.push(await untilItSucceeds(sdk, surroundings, name));
    for (const [name, variant] of Object.entries(variants)) reports.push(await once(variant, surroundings, name));
    return reports;
  };
}

function attempt(
  sdk: NodeSdk,
  { gatewayUrl, vaultKeys }: Surroundings,
  name: string,
  marker = name,
  idempotencyKey?: string,
): Promise<CallOutcome> {
  return sdk.create(gatewayUrl, vaultKeys[name] as string, marker, idempotencyKey);
}

async function once(sdk: NodeSdk, surroundings: Surroundings, name: string): Promise<CaseReport> {
  return { case: name, calls: [await attempt(sdk, surroundings, name)] };
}

async function twice(
  sdk: NodeSdk,
  surroundings: Surroundings,
  name: string,
  secondMarker: string,
): Promise<CaseReport> {
  const first = await attempt(sdk, surroundings, name, name, name);
  return { case: name, calls: [first, await attempt(sdk, surroundings, name, secondMarker, name)] };
}

/** As a careful agent does: an error is followed by the same call with the same idempotency key. */
async function untilItSucceeds(sdk: NodeSdk, surroundings: Surroundings, name: string): Promise<CaseReport> {
  const first = await attempt(sdk, surroundings, name, name, name);
  if (first.error === undefined) return { case: name, calls: [first] };
  return { case: name, calls: [first, await attempt(sdk, surroundings, name, name, name)] };
}

async function pageByPage(sdk: NodeSdk, surroundings: Surroundings, name: string): Promise<CaseReport> {
  const calls: CallOutcome[] = [];
  for (let made = 0; made < LISTED; made += 1) calls.push(await attempt(sdk, surroundings, name));
  return {
    case: name,
    calls,
    listed: await sdk.newest(surroundings.gatewayUrl, surroundings.vaultKeys[name] as string),
  };
}
