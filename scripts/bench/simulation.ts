import type { CallIdentity, Currency, Hold, PolicyId, RunId, SpendEvent } from '@keybrake/domain';
import { committed, denied, FoldedLog, reserved } from '../../apps/admin-api/src/audit.fixture.ts';
import { type AuditStage, openAuditStage } from './audit/audit-stage.ts';

const KEYS = 20;
const DAY_MS = 86_400_000;
const SPAN_MS = 7 * DAY_MS;
const CHUNK = 1_000;
const USD = 'usd' as Currency;

const cap = (scope: string, window: string, limitMinor: number) => ({
  scope,
  window,
  currency: 'usd',
  limitMinor: String(limitMinor),
});

/** Trying policies on the recorded calls of a week, over HTTP. */
export async function measureSimulation(calls: number): Promise<void> {
  const stage = await openAuditStage(0);
  try {
    const policy = {
      name: 'bench',
      provider: 'stripe',
      allowedOperations: ['charges:*'],
      caps: [cap('key', 'day', 100_000_000)],
    };
    const { id: policyId } = await send<{ id: string }>(stage, '/v1/policies', policy);
    const keys = await Promise.all(
      Array.from({ length: KEYS }, () =>
        send<{ id: string }>(stage, '/v1/vault-keys', { agentType: 'billing', policyId }),
      ),
    );
    const beganMs = performance.now();
    await record(
      stage,
      calls,
      policyId,
      keys.map(({ id }) => id),
    );
    console.log(`\n=== simulations on ${calls} calls, folded in ${seconds(beganMs).toFixed(0)} s`);
    const tight = [cap('run', 'total', 50_000), cap('key', 'day', 100_000), cap('account', 'month', 10_000_000)];
    const tries = [
      ['the policy that was in force', policy],
      ['three caps of three windows', { ...policy, caps: tight }],
      [
        'any 24 hours, guard and quota',
        {
          ...policy,
          caps: [...tight, cap('agent_type', 'rolling_24h', 2_000_000)],
          duplicateGuard: { mode: 'block', windowSeconds: 3_600, scope: 'run' },
          requestsPerMonth: 4_000,
        },
      ],
    ] as const;
    for (const [name, tried] of tries) {
      const startedMs = performance.now();
      const result = await send<{ calls: number; simulated: { denied: number } }>(stage, '/v1/policy-simulations', {
        policy: tried,
        policyId,
      });
      const took = seconds(startedMs);
      console.log(
        `  ${name.padEnd(32)} ${result.calls} calls, ${result.simulated.denied} denied: ${took.toFixed(2)} s, ${Math.round(result.calls / took)} calls/s`,
      );
    }
    console.log(`  resident memory of the admin API: ${(await stage.residentMegabytes()).toFixed(0)} MB`);
  } finally {
    await stage.close();
  }
}

const seconds = (sinceMs: number) => (performance.now() - sinceMs) / 1_000;

async function send<T>(stage: AuditStage, path: string, body: object): Promise<T> {
  const response = await fetch(`${stage.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stage.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

async function record(stage: AuditStage, calls: number, policyId: string, keys: readonly string[]): Promise<void> {
  const log = await FoldedLog.open(stage.pool);
  for (let start = 0; start < calls; start += CHUNK) {
    const events: SpendEvent[] = [];
    for (let index = start; index < Math.min(start + CHUNK, calls); index += 1) {
      const atMs = stage.endsAtMs - SPAN_MS + Math.floor((SPAN_MS * index) / calls) + 1;
      events.push(...eventsOf(index, atMs, policyId, keys[index % keys.length] as string));
    }
    await log.fold(...events);
  }
}

/** One call in twenty was denied. */
function eventsOf(index: number, atMs: number, policyId: string, vaultKeyId: string): readonly SpendEvent[] {
  const micros = BigInt(50 + ((index * 7_919) % 3_000)) * 10_000n;
  const day = new Date(atMs).toISOString().slice(0, 10);
  const call: Partial<CallIdentity> = {
    ...{ policyId: policyId as PolicyId, runId: `run-${day}-${index % 50}` as RunId, idempotencyKey: `order-${index}` },
    amount: { currency: USD, micros },
    pricing: { kind: 'priced', currency: USD, micros: micros.toString(), direction: 'in' },
  };
  const wish = { vaultKeyId, atMs, call };
  if (index % 20 === 0) return [{ ...denied(wish, 'per_call_max_exceeded', 'too much'), fingerprint: `f${index}` }];
  const hold: Hold = {
    scope: 'key',
    scopeId: vaultKeyId,
    window: 'day',
    windowId: day,
    currency: USD,
    direction: 'any',
    counter: `key/${vaultKeyId}/day/UTC/usd/any`,
    windowEndsAtMs: Date.parse(day) + DAY_MS,
    limitMicros: 1_000_000_000_000n,
    amountMicros: micros,
  };
  const event = { ...reserved(wish), fingerprint: `f${index % 100_000}`, holds: [hold] };
  return [event, committed(event)];
}
