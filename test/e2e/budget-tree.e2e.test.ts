import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import {
  anyAmountMinor,
  anyOf,
  BudgetTree,
  keysOf,
  type Leaf,
  leaves,
  SMALLEST_MINOR,
  type SpentCall,
  types,
} from '../harness/budget-tree.ts';
import { charge } from '../harness/calls.ts';
import { sized } from '../harness/chaos.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

type Pay = (leaf: Leaf, amountMinor: number) => Promise<SpentCall>;
interface Planted {
  readonly pay: Pay;
  /** Raises or lowers every cap. */
  readonly scale: (factor: number) => Promise<void>;
}

const GATEWAYS = 3;
const CLIENTS = 12;
const KILLS = sized(3, 15);
/** Counters are by currency: each round has a tree of its own. */
const ROUNDS = ['usd', 'eur', 'gbp', 'cad'].slice(0, sized(1, 4));

describe.each(PROFILES)('a tree of budgets, four levels and four windows, on three gateways (%s)', (profile) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({
      profile,
      gateways: GATEWAYS,
      env: {
        KEYBRAKE_UPSTREAM_TIMEOUT_MS: '1500',
        KEYBRAKE_HELD_MAX_AGE_MS: '1000',
        // Each caller settles its own calls: one that the resolver has settled first has no answer to give again.
        KEYBRAKE_RESOLVE_INTERVAL_MS: '9999999',
      },
    });
  });
  afterAll(async () => {
    await system.stop();
  });

  const policyOf = (currency: string, { limits }: BudgetTree) => {
    const cap = (scope: string, window: string, limit: number) => ({
      scope,
      window,
      currency,
      limitMinor: String(limit),
    });
    return {
      name: `tree in ${currency}`,
      provider: 'stripe',
      allowedOperations: ['charges:*'],
      caps: [
        cap('run', 'total', limits.run),
        cap('key', 'day', limits.key),
        cap('agent_type', 'rolling_24h', limits.type),
        cap('account', 'month', limits.account),
      ],
    };
  };

  async function plant(currency: string, tree: BudgetTree): Promise<Planted> {
    const { id: policyId } = await system.admin<{ id: string }>('POST', '/v1/policies', policyOf(currency, tree));
    const keys = new Map<string, IssuedKey>();
    for (const agentType of types) {
      for (const name of keysOf(agentType)) {
        keys.set(name, await system.admin<IssuedKey>('POST', '/v1/vault-keys', { agentType, policyId }));
      }
    }
    return {
      pay: (leaf, amountMinor) => spend(keys.get(leaf.key) as IssuedKey, leaf, currency, amountMinor),
      scale: async (factor) => {
        tree.scale(factor);
        await system.admin('PUT', `/v1/policies/${policyId}`, policyOf(currency, tree));
      },
    };
  }

  /** As a careful agent: the same call again, at another gateway, until there is an answer that stands. */
  async function spend(key: IssuedKey, leaf: Leaf, currency: string, amountMinor: number): Promise<SpentCall> {
    const marker = `${currency}-${randomUUID()}`;
    const form = `amount=${amountMinor}&currency=${currency}&source=tok_visa&description=${marker}`;
    const firstSentAtMs = performance.now();
    for (let attempt = amountMinor; ; attempt += 1) {
      const sentAtMs = performance.now();
      const url = system.gatewayUrls[attempt % GATEWAYS] as string;
      const answer = await charge(url, `${key.vaultKey}.${leaf.run}`, form, marker).catch(() => undefined);
      const status = answer?.status ?? 0;
      if (status === 200 || status === 429) {
        return { leaf, amountMinor, marker, firstSentAtMs, sentAtMs, answeredAtMs: performance.now(), status };
      }
      expect([0, 409, 502, 503]).toContain(status);
      await wait(50);
    }
  }

  async function stormWithKills(spendAny: () => Promise<SpentCall>): Promise<readonly SpentCall[]> {
    const calls: SpentCall[] = [];
    let killing = true;
    const client = async () => {
      while (killing || calls.length < 600) calls.push(await spendAny());
    };
    const clients = Array.from({ length: CLIENTS }, client);
    for (let kill = 0; kill < KILLS; kill += 1) await system.killGateway(anyOf([0, 1, 2]));
    killing = false;
    await Promise.all(clients);
    return calls;
  }

  /** Holds of killed gateways are swept, and no call is in doubt. */
  async function settled(): Promise<void> {
    await eventually(
      'no call to be held or in doubt',
      async () => {
        const { data } = await system.admin<{ data: unknown[] }>('GET', '/v1/reservations?state=in_doubt');
        return (await system.heldReservations()) + data.length;
      },
      (open) => open === 0,
      60_000,
    );
    await system.foldedUp();
  }

  /** One call at a time: each answer is the one that the reference gives. */
  async function matchesReference(tree: BudgetTree, pay: Pay): Promise<readonly SpentCall[]> {
    const calls: SpentCall[] = [];
    for (let index = 0; index < sized(40, 200); index += 1) {
      const [leaf, amountMinor] = [anyOf(leaves), anyAmountMinor()];
      const leftMinor = tree.leftFor(leaf);
      const expected = amountMinor <= leftMinor ? 200 : 429;
      const made = await pay(leaf, amountMinor);
      expect([leaf.levels, amountMinor, leftMinor, made.status]).toEqual([
        leaf.levels,
        amountMinor,
        leftMinor,
        expected,
      ]);
      calls.push(made);
      tree.count(made);
    }
    return calls;
  }

  /** The rest of every budget is usable to the cent, and not a cent more. */
  async function spendsTheRest(tree: BudgetTree, pay: Pay): Promise<readonly SpentCall[]> {
    const calls: SpentCall[] = [];
    for (const leaf of leaves) {
      const leftMinor = tree.leftFor(leaf);
      if (leftMinor < SMALLEST_MINOR) continue;
      expect((await pay(leaf, leftMinor + 1)).status).toBe(429);
      const rest = await pay(leaf, leftMinor);
      expect(rest.status).toBe(200);
      calls.push(rest);
      tree.count(rest);
    }
    expect(calls.length).toBeGreaterThan(0);
    return calls;
  }

  /** At no prefix of what the provider executed is a level over its limit; what was answered is there, once. */
  async function witnessedWithin({ limits }: BudgetTree, currency: string, calls: readonly SpentCall[]): Promise<void> {
    const byMarker = new Map(calls.map((made) => [made.marker, made]));
    const walked = new BudgetTree(limits);
    const markers: string[] = [];
    for (const { executed, marker = '', amountMinor } of await system.witness('stripe')) {
      if (!executed || !marker?.startsWith(`${currency}-`)) continue;
      const { leaf } = byMarker.get(marker) as SpentCall;
      markers.push(marker);
      walked.use(leaf, Number(amountMinor));
      expect([markers.length, walked.leftFor(leaf)]).toEqual([markers.length, Math.max(0, walked.leftFor(leaf))]);
    }
    const answered = calls.filter(({ status }) => status === 200).map(({ marker }) => marker);
    expect(new Set(markers)).toEqual(new Set(answered));
    expect(markers).toHaveLength(answered.length);
  }

  test.each(ROUNDS)('random amounts and killed gateways, in %s', { timeout: 300_000 }, async (currency) => {
    const tree = BudgetTree.random();
    const { pay, scale } = await plant(currency, tree);

    const stormed = await stormWithKills(() => pay(anyOf(leaves), anyAmountMinor()));
    await settled();
    expect(tree.falseDenials(stormed)).toEqual([]);
    expect(stormed.some(({ status }) => status === 429)).toBe(true);
    for (const made of stormed) tree.count(made);

    // A raised cap keeps what its window has used; one that is below it denies, and undoes nothing.
    await scale(1.1);
    const raised = await matchesReference(tree, pay);
    await scale(0.5);
    const lowered = await matchesReference(tree, pay);
    expect(lowered.every(({ status }) => status === 429)).toBe(true);
    await scale(4);
    const rest = await spendsTheRest(tree, pay);
    await witnessedWithin(tree, currency, [...stormed, ...raised, ...rest]);
  });
});
