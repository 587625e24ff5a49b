import { randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, charge, type ProviderCall, providerCalls } from '../harness/calls.ts';
import { sized } from '../harness/chaos.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';
import { WebhookReceiver } from '../harness/webhook-receiver.ts';

const OUTAGE_MS = sized(8_000, 60_000);

const [, , twilio] = providerCalls as [ProviderCall, ProviderCall, ProviderCall];

interface Alert {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly summary: string;
  readonly data: Readonly<Record<string, unknown>>;
}
interface Delivery {
  readonly id: string;
  readonly alert: Alert;
  readonly state: string;
  readonly attempts: number;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}
interface Webhook {
  readonly id: string;
  readonly secret: string;
  readonly secrets: number;
}

describe.each(PROFILES)('alerts (%s)', (profile) => {
  let system: System;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    system = await startSystem({
      profile,
      ledgers: 2,
      env: {
        KEYBRAKE_WEBHOOK_TARGETS: 'any',
        KEYBRAKE_ALERT_IN_DOUBT_MS: '1000',
        KEYBRAKE_UPSTREAM_TIMEOUT_MS: '1000',
        KEYBRAKE_RESOLVE_ATTEMPTS_MAX: '1',
        KEYBRAKE_RESOLVE_INTERVAL_MS: '200',
        KEYBRAKE_RESOLVE_SETTLE_DELAY_MS: '500',
      },
    });
    receiver = await WebhookReceiver.start();
  });
  afterAll(async () => {
    await receiver.stop();
    await system.stop();
  });

  const key = (caps: readonly object[], policy: Record<string, unknown> = {}) =>
    system.issueKey({ allowedOperations: ['charges:*'], capMinor: '0', policy: { caps, ...policy } });
  const cap = (limitMinor: string, window = 'day') => ({ scope: 'key', window, currency: 'usd', limitMinor });
  const pay = async (vaultKey: string, amount: number, mark: string = randomUUID()) => {
    const form = `amount=${amount}&currency=usd&source=tok_visa&description=${mark}`;
    return (await charge(system.gatewayUrl, vaultKey, form, randomUUID())).status;
  };
  const alertsOf = async (subject: string) =>
    (await system.admin<{ data: Alert[] }>('GET', `/v1/alerts?subject=${subject}&limit=100`)).data.reverse();
  const untilAlerts = (subject: string, count: number) =>
    eventually(
      `${count} alerts of ${subject}`,
      () => alertsOf(subject),
      (alerts) => alerts.length >= count,
      30_000,
    );
  const webhook = (more: object = {}) =>
    system.admin<Webhook>('POST', '/v1/webhooks', { url: receiver.url, types: [], ...more });
  const deliveriesOf = async (id: string) =>
    (await system.admin<{ data: Delivery[] }>('GET', `/v1/webhooks/${id}/deliveries?limit=100`)).data.reverse();

  test('50, 80 and 100 % of a cap, each once in its window, with the figures', async () => {
    const { id, vaultKey } = await key([cap('10000')]);
    for (const amount of [4_900, 100, 2_900, 100, 1_900, 100]) expect(await pay(vaultKey, amount)).toBe(200);
    expect(await pay(vaultKey, 50)).toBe(429);
    // A forecast may come in between: the watch decides when.
    const thresholds = async () => (await alertsOf(id)).filter(({ type }) => type === 'budget.threshold');
    const alerts = await eventually('three thresholds', thresholds, ({ length }) => length >= 3, 30_000);
    expect(alerts.map(({ data }) => data.percent)).toEqual([50, 80, 100]);
    expect(alerts[0]).toMatchObject({
      summary: expect.stringContaining('50 % of the key cap'),
      data: { limitMinor: '10000', window: 'day', currency: 'usd' },
    });
    expect(Number(alerts[0]?.data.usedMinor)).toBeGreaterThanOrEqual(5_000);
    // Raised, and reached again: told once a window.
    await system.foldedUp();
    expect(await thresholds()).toHaveLength(3);
  });

  test('any 24 hours, a forecast, a repeated call, a call in doubt, a revoke', async () => {
    const rolling = await key([cap('1000', 'rolling_24h')]);
    expect(await pay(rolling.vaultKey, 850)).toBe(200);
    const busy = await key([cap('100000')], { duplicateGuard: { mode: 'block', windowSeconds: 60, scope: 'key' } });
    expect(await pay(busy.vaultKey, 30_000, 'same')).toBe(200);
    expect(await pay(busy.vaultKey, 30_000, 'same')).toBe(409);
    const doubtful = await system.issueKey({ ...twilio.policy, capMinor: '1000' });
    await system.fault({ provider: 'twilio', fault: { dropAfter: true } });
    await call(system.gatewayUrl, twilio, doubtful.vaultKey);
    await system.admin('POST', `/v1/vault-keys/${busy.id}/revoke`);

    const told = async (subject: string, count: number) =>
      (await untilAlerts(subject, count)).map(({ type, data }) => [
        type,
        data.percent ?? data.outcome ?? data.by ?? null,
      ]);
    expect(await told(rolling.id, 2)).toEqual([
      ['budget.threshold', 50],
      ['budget.threshold', 80],
    ]);
    const ofBusy = await told(busy.id, 2);
    expect(ofBusy).toContainEqual(['call.duplicate', 'blocked']);
    expect(ofBusy).toContainEqual(['key.revoked', expect.stringContaining('token:')]);
    expect(await told(doubtful.id, 1)).toContainEqual(['call.in_doubt', null]);
    const forecast = await eventually(
      'a forecast',
      async () => (await alertsOf(busy.id)).find(({ type }) => type === 'budget.forecast'),
      (alert) => alert !== undefined || new Date().getUTCHours() >= 21,
      30_000,
    );
    // $300 in an hour of $1,000: reached 2 h 20 min from now, where the day is long enough for it.
    if (forecast !== undefined) expect(forecast.summary).toContain('at this pace: 300.00 USD of 1000.00 USD');
  });

  test('the receiver is down, and answers nonsense after that: every alert arrives, in order per key, verified by the library', {
    timeout: 240_000,
  }, async () => {
    await receiver.stop();
    const hook = await webhook();
    receiver.secrets = [hook.secret];
    const downSinceMs = Date.now();
    const keys = await Promise.all([1, 2, 3].map(() => key([cap('10000'), cap('20000', 'month')])));
    for (const amount of [5_000, 3_000, 2_000]) {
      for (const { vaultKey } of keys) expect(await pay(vaultKey, amount)).toBe(200);
    }
    for (const { id } of keys) await system.admin('POST', `/v1/vault-keys/${id}/revoke`);
    for (const { id } of keys) await untilAlerts(id, 5);
    await expect.poll(() => Date.now() - downSinceMs > OUTAGE_MS, { timeout: OUTAGE_MS + 5_000 }).toBe(true);
    const pending = await deliveriesOf(hook.id);
    expect(pending.every(({ state }) => state === 'pending')).toBe(true);
    expect(pending.some(({ attempts, lastError }) => attempts > 1 && lastError?.includes('not reached'))).toBe(true);
    receiver.failWith = 500;
    await receiver.startAgain();
    await eventually(
      'a refusal in the log of deliveries',
      () => deliveriesOf(hook.id),
      (all) => all.some(({ lastStatus, lastError }) => lastStatus === 500 && lastError === 'answered 500: thanks'),
      60_000,
    );
    receiver.failWith = undefined;

    await eventually(
      'every alert to arrive',
      () => deliveriesOf(hook.id),
      (all) => all.length > 0 && all.every(({ state }) => state === 'delivered'),
      180_000,
    );
    for (const { id } of keys) {
      // At least once: of copies the first counts.
      const arrived = () => [
        ...new Set(receiver.received.flatMap(({ data, messageId }) => (data.subject === id ? [messageId] : []))),
      ];
      const [told, delivered] = await eventually(
        'what was told last to arrive',
        async () => [(await alertsOf(id)).map((alert) => alert.id), arrived()] as const,
        ([all, there]) => all.length === there.length,
        30_000,
      );
      expect(delivered).toEqual(told);
      expect(told.length).toBeGreaterThanOrEqual(5);
    }
    expect(receiver.refused).toBe(0);
    const [first] = receiver.received;
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ type: first?.type, timestamp: expect.any(String) });
    await system.admin('PUT', `/v1/webhooks/${hook.id}`, { url: receiver.url, paused: true });
  });

  test('test, rotation with two secrets, redelivery, types, Slack', async () => {
    const hook = await webhook({ types: ['key.revoked'] });
    receiver.secrets = [hook.secret];
    receiver.received.length = 0;
    const { deliveryId } = await system.admin<{ deliveryId: string }>('POST', `/v1/webhooks/${hook.id}/test`);
    const arrived = (count: number) =>
      eventually(
        `${count} webhooks`,
        () => receiver.received.length,
        (length) => length === count,
      );
    await arrived(1);
    expect(receiver.received[0]).toMatchObject({
      type: 'webhook.test',
      data: { summary: 'This is a test: the webhook works.' },
    });

    // The receiver goes on with the old secret for a while, then with the new one.
    const rotated = await system.admin<Webhook>('POST', `/v1/webhooks/${hook.id}/rotate-secret`);
    expect([rotated.secrets, rotated.secret === hook.secret]).toEqual([2, false]);
    await system.admin('POST', `/v1/webhooks/${hook.id}/deliveries/${deliveryId}/redeliver`);
    await arrived(2);
    expect(receiver.received[1]?.messageId).toBe(receiver.received[0]?.messageId);
    receiver.secrets = [rotated.secret];
    const { id, vaultKey } = await key([cap('100')]);
    await pay(vaultKey, 100);
    await untilAlerts(id, 3);
    await system.admin('POST', `/v1/vault-keys/${id}/revoke`);
    await arrived(3);
    expect(receiver.received[2]).toMatchObject({ type: 'key.revoked', data: { vaultKeyId: id } });
    expect(await deliveriesOf(hook.id)).toHaveLength(3);
    expect(receiver.refused).toBe(0);
    const listed = await system.admin<{ data: object[] }>('GET', '/v1/webhooks');
    expect(JSON.stringify(listed)).not.toContain('whsec_');
    expect(JSON.stringify(listed)).not.toContain('/hook');

    const slack = await webhook({ form: 'slack', types: ['key.revoked'] });
    receiver.secrets = [rotated.secret, slack.secret];
    const other = await key([cap('100')]);
    await system.admin('POST', `/v1/vault-keys/${other.id}/revoke`);
    await eventually(
      'the message for Slack',
      () => receiver.received.map(({ body }) => body),
      (bodies) => bodies.some((body) => body.startsWith(`{"text":"*Keybrake*: Vault key ${other.id} was revoked`)),
    );
  });
});

test('a target that is not public is refused, by its address and by its name', async () => {
  const system = await startSystem();
  try {
    for (const url of [
      'https://127.0.0.1/x',
      'https://10.1.2.3/x',
      'https://169.254.169.254/latest',
      'https://[::1]/x',
      'https://[::ffff:10.0.0.1]/x',
      'https://localhost/x',
      'http://93.184.215.14/x',
      'https://user:password@93.184.215.14/x',
      'ftp://93.184.215.14/x',
    ]) {
      const refused = await system.admin('POST', '/v1/webhooks', { url }).catch((error: Error) => error.message);
      expect([url, refused]).toEqual([url, expect.stringMatching(/answered 422.*\/url/s)]);
    }
    await system.admin('POST', '/v1/webhooks', { url: 'https://93.184.215.14/hook' });
  } finally {
    await system.stop();
  }
});
