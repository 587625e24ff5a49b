import { randomBytes } from 'node:crypto';
import type { WitnessEntry } from '@keybrake/simulator';
import type { KeyWish } from './account.ts';
import { CountingProxy, type SeenRequest } from './counting-proxy.ts';
import { withLogLocked } from './log-lock.ts';
import { startSystem } from './start-system.ts';
import type { System } from './system.ts';

export type SdkProvider = 'stripe' | 'twilio' | 'resend';

/** What one call came to, as the SDK's user sees it. */
export interface CallOutcome {
  readonly id?: string;
  /** `Idempotent-Replayed`, where the SDK shows headers. */
  readonly replayed?: boolean;
  readonly error?: { readonly class: string; readonly status?: number; readonly message: string };
}

export interface CaseReport {
  readonly case: string;
  readonly calls: readonly CallOutcome[];
  readonly listed?: readonly string[];
}

export interface Surroundings {
  readonly gatewayUrl: string;
  /** One for each case. */
  readonly vaultKeys: Readonly<Record<string, string>>;
}

/** Takes an SDK through the cases; a program of its own, or code in this process. */
export type CaseProgram = (surroundings: Surroundings) => Promise<readonly CaseReport[]>;

export const MATRIX_CASES = [
  'success',
  'denied_by_policy',
  'denied_by_cap',
  'bad_key',
  'replay',
  'mismatch',
  'pages',
  'in_doubt',
  'unavailable',
] as const;

const RESOURCE: Record<SdkProvider, string> = { stripe: 'charges', twilio: 'messages', resend: 'emails' };
/** In the form of a key, another one each time. */
const unknownKey = () => `vk_default_aaaaaaaaaaaaaaaa_${randomBytes(32).toString('base64url')}`;

/** A system with a counter in front of its gateway. */
export class SdkBench {
  readonly system: System;
  readonly proxy: CountingProxy;

  private constructor(system: System, proxy: CountingProxy) {
    this.system = system;
    this.proxy = proxy;
  }

  static async start(): Promise<SdkBench> {
    // What is in doubt is settled by the SDK's retry: a call that the resolver has settled first has no answer to give again.
    const env = { KEYBRAKE_RECORD_TIMEOUT_MS: '1500', KEYBRAKE_RESOLVE_INTERVAL_MS: '9999999' };
    const system = await startSystem({ env });
    return new SdkBench(system, await CountingProxy.start(system.gatewayUrl));
  }

  /** Cases may be variants, like `in_doubt_retries`: what is prepared for a case holds for them too. */
  async run(provider: SdkProvider, program: CaseProgram, variants: readonly string[] = []): Promise<SdkRun> {
    const vaultKeys = await this.prepare(provider, [...MATRIX_CASES, ...variants]);
    const reports = await program({ gatewayUrl: this.proxy.url, vaultKeys });
    return new SdkRun(reports, vaultKeys, this.proxy, await this.system.witness(provider));
  }

  /** A vault key for each case, and what is to go wrong in it. */
  async prepare(provider: SdkProvider, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const vaultKeys: Record<string, string> = {};
    for (const name of names) vaultKeys[name] = await this.#prepareCase(provider, name);
    return vaultKeys;
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    await this.system.stop();
  }

  async #prepareCase(provider: SdkProvider, name: string): Promise<string> {
    if (name === 'bad_key') return unknownKey();
    const resource = RESOURCE[provider];
    const wish: KeyWish = {
      provider,
      allowedOperations: [name.startsWith('denied_by_policy') ? `${resource}:read` : `${resource}:*`],
      capMinor: name.startsWith('denied_by_cap') ? '0' : '1000000',
    };
    const { vaultKey } = await this.system.issueKey(wish);
    if (name.startsWith('in_doubt'))
      await this.system.fault({ provider, match: { marker: name }, fault: { dropAfter: true } });
    // The log is back before the SDK has read its 503.
    if (name.startsWith('unavailable'))
      this.proxy.aroundFirst(vaultKey, (forward) => withLogLocked(this.system.databaseUrl, forward));
    return vaultKey;
  }
}

/** What the SDK said, what reached the gateway, and what the provider did. */
export class SdkRun {
  readonly #reports: readonly CaseReport[];
  readonly #vaultKeys: Readonly<Record<string, string>>;
  readonly #proxy: CountingProxy;
  readonly #witness: readonly WitnessEntry[];

  constructor(
    reports: readonly CaseReport[],
    vaultKeys: Readonly<Record<string, string>>,
    proxy: CountingProxy,
    witness: readonly WitnessEntry[],
  ) {
    this.#reports = reports;
    this.#vaultKeys = vaultKeys;
    this.#proxy = proxy;
    this.#witness = witness;
  }

  report(name: string): CaseReport {
    const found = this.#reports.filter((report) => report.case === name);
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} reports of the case ${name}`);
    return found[0];
  }

  requests(name: string): readonly SeenRequest[] {
    return this.#proxy.requestsOf(this.#vaultKeys[name] as string);
  }

  statuses(name: string): readonly number[] {
    return this.requests(name).map(({ status }) => status);
  }

  /** Ids of what the provider executed for a marker, one for each execution. */
  executed(marker: string): readonly (string | null)[] {
    return this.#witness.filter((one) => one.executed && one.marker === marker).map(({ objectId }) => objectId);
  }
}
