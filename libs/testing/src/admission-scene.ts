import type {
  AdmissionStore,
  AdmissionUpkeep,
  Claim,
  GuardClaim,
  LaunchCommand,
  ReserveCommand,
  ReserveOutcome,
} from '@keybrake/application';
import {
  type AccountId,
  type BoundCap,
  bindCap,
  type Currency,
  type PolicyId,
  type ReservationId,
  type VaultKeyId,
  windowCandidates,
} from '@keybrake/domain';
import { expect } from 'vitest';

/** A store under test; both sides look at the same state. */
export interface AdmissionFixture {
  readonly store: AdmissionStore;
  readonly upkeep: AdmissionUpkeep;
  close(): Promise<void>;
}

export const USD = 'usd' as Currency;
export const DOLLAR = 1_000_000n;
export const POLICY = 'pol_1' as PolicyId;

let serial = 0;

/** One account with one live key, new for each test, and the commands that the tests send. */
export class AdmissionScene {
  readonly #fixture: AdmissionFixture;
  readonly account: AccountId;
  readonly key: VaultKeyId;

  private constructor(fixture: AdmissionFixture) {
    serial += 1;
    this.#fixture = fixture;
    this.account = `acct-${serial}` as AccountId;
    this.key = `key${serial}` as VaultKeyId;
  }

  static async open(fixture: AdmissionFixture): Promise<AdmissionScene> {
    const scene = new AdmissionScene(fixture);
    await scene.putKey(scene.key);
    await scene.store.putPolicyVersion(scene.account, POLICY, 1);
    return scene;
  }

  get store(): AdmissionStore {
    return this.#fixture.store;
  }

  get upkeep(): AdmissionUpkeep {
    return this.#fixture.upkeep;
  }

  putKey(keyId: VaultKeyId, more: { expiresAtMs?: number; revokedAtMs?: number } = {}): Promise<void> {
    return this.store.putKey({
      accountId: this.account,
      keyId,
      expiresAtMs: undefined,
      revokedAtMs: undefined,
      ...more,
    });
  }

  /** A day cap in dollars. */
  capOf(limitMicros: bigint, scope: 'key' | 'account' = 'key'): BoundCap {
    const { account: accountId, key } = this;
    const subjects = { accountId, agentType: 'billing', rootKeyId: key, keyId: key, runId: undefined };
    return bindCap({ scope, window: 'day', currency: USD, direction: 'any', limitMicros }, subjects, 'UTC') as BoundCap;
  }

  command(more: Partial<ReserveCommand> & { caps?: BoundCap[]; amountMicros?: bigint } = {}): ReserveCommand {
    const { caps = [this.capOf(3n * DOLLAR)], amountMicros = DOLLAR, ...rest } = more;
    const windows = windowCandidates('day', 'UTC', Date.now());
    return {
      reservationId: `rsv_${this.account}_${Math.random().toString(36).slice(2)}` as ReservationId,
      accountId: this.account,
      lineage: [this.key],
      policyId: POLICY,
      policyVersion: 1,
      refusal: undefined,
      claim: undefined,
      meters: [],
      holds: caps.map((cap) => ({ cap, amountMicros, windows })),
      ...rest,
    };
  }

  claimOf(keyHash: string, fingerprint = 'body-1'): Claim {
    return { rootKeyId: this.key, keyHash, fingerprint };
  }

  guardOf(mode: GuardClaim['mode'], hash = 'request-1', windowMs = 3_600_000): GuardClaim {
    return { rootKeyId: this.key, hash, windowMs, mode };
  }

  launchOf({ reservationId, lineage }: ReserveCommand, more: Partial<LaunchCommand> = {}): LaunchCommand {
    const base = { accountId: this.account, incarnation: 1, owner: 'gateway-1', outcomeDueMs: 60_000 };
    return { ...base, reservationId, lineage, ...more };
  }

  settle(call: ReserveCommand, actualMicros: bigint, sealedResponse?: string) {
    return this.store.settle(call, { kind: 'committed', actualMicros, sealedResponse });
  }

  release(call: ReserveCommand, recorded = true) {
    return this.store.settle(call, { kind: 'released', recorded });
  }

  async held(call: ReserveCommand): Promise<Extract<ReserveOutcome, { kind: 'held' }>> {
    const outcome = await this.store.reserve(call);
    expect(outcome.kind).toBe('held');
    return outcome as Extract<ReserveOutcome, { kind: 'held' }>;
  }

  /** Asks until there is room, each time with a new call. */
  async untilHeld(next: () => ReserveCommand): Promise<Extract<ReserveOutcome, { kind: 'held' }>> {
    for (;;) {
      const outcome = await this.store.reserve(next());
      if (outcome.kind === 'held') return outcome;
    }
  }

  async balance(cap: BoundCap): Promise<{ held: bigint | undefined; committed: bigint | undefined }> {
    const [row] = await this.upkeep.capStates(this.account, [cap.counter]);
    return { held: row?.heldMicros, committed: row?.committedMicros };
  }
}
