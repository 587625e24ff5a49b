import { randomBytes, randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { charge } from '../harness/calls.ts';
import { OtlpReceiver, type ReceivedSpan } from '../harness/otlp-receiver.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const [, SERVER, CLIENT, PRODUCER, CONSUMER] = [1, 2, 3, 4, 5];

describe.each(PROFILES)('one call is one trace (%s)', (profile) => {
  let receiver: OtlpReceiver;
  let system: System;
  let key: IssuedKey;
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '100' };
    system = await startSystem({ profile, env });
    key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
  });
  afterAll(async () => {
    await system.stop();
    receiver.stop();
  });

  /** A charge of an agent that traces itself, and the spans of its trace once what is asked for is there. */
  async function traced(isThere: (spans: readonly ReceivedSpan[]) => boolean, vaultKey = key.vaultKey) {
    const traceId = randomBytes(16).toString('hex');
    const agentSpan = randomBytes(8).toString('hex');
    const mark = `canary-${randomUUID()}`;
    const body = `amount=700&currency=usd&source=tok_visa&description=${mark}`;
    const headers = { traceparent: `00-${traceId}-${agentSpan}-01` };
    const { status } = await charge(system.gatewayUrl, vaultKey, body, `key-${mark}`, headers);
    const spans = await eventually(
      'the spans of the call',
      () => receiver.spans.filter((span) => span.traceId === traceId),
      isThere,
      20_000,
    );
    return { status, agentSpan, mark, spans };
  }

  const folds = (spans: readonly ReceivedSpan[]) => spans.filter(({ kind }) => kind === CONSUMER);
  /** Two processes send when they like: the call's own span may come after its folds. */
  const withFolds = (count: number) => (spans: readonly ReceivedSpan[]) =>
    folds(spans).length >= count && spans.some(({ kind }) => kind === SERVER);

  test('from the agent through gateway, admission, log and provider to the fold and its transaction', async () => {
    const { status, agentSpan, spans } = await traced(
      (found) => withFolds(2)(found) && found.some(({ name }) => name === 'admission settle'),
    );
    expect(status).toBe(200);
    const named = (name: string) => spans.filter((span) => span.name === name);
    const [call] = named('POST /v1/charges');
    expect(call).toMatchObject({
      service: 'keybrake-gateway',
      kind: SERVER,
      parentSpanId: agentSpan,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/charges',
        'http.response.status_code': '200',
        'keybrake.provider': 'stripe',
        'keybrake.operation': 'charges:write',
        'keybrake.decision': 'forwarded',
      },
    });
    const store = profile === 'distributed' ? 'redis' : 'postgresql';
    for (const step of ['reserve', 'launch', 'settle']) {
      expect(named(`admission ${step}`)).toMatchObject([
        {
          kind: CLIENT,
          parentSpanId: call?.spanId,
          attributes: { 'db.system.name': store, 'db.operation.name': step },
        },
      ]);
    }
    const system_ = profile === 'distributed' ? 'kafka' : 'postgresql';
    const sends = spans.filter(({ kind }) => kind === PRODUCER);
    expect(sends.map(({ attributes }) => attributes['messaging.system'])).toEqual([system_, system_]);
    expect(spans.filter(({ name, kind }) => name === 'POST' && kind === CLIENT)).toMatchObject([
      { parentSpanId: call?.spanId, attributes: { 'server.address': 'stripe', 'http.response.status_code': '200' } },
    ]);

    // Both records: each is folded below the span that sent it, in a transaction.
    const folded = folds(spans);
    expect(new Set(folded.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set(sends.map(({ spanId }) => spanId)));
    for (const fold of folded) {
      expect(fold).toMatchObject({ service: 'keybrake-ledger', attributes: { 'messaging.operation.type': 'process' } });
      const transactions = spans.filter(({ parentSpanId }) => parentSpanId === fold.spanId);
      expect(transactions).toMatchObject([
        { name: 'fold transaction', attributes: { 'db.system.name': 'postgresql' } },
      ]);
      // The chunk is a trace of its own, linked both ways.
      const [chunk] = receiver.spans.filter(({ spanId }) => spanId === fold.links[0]?.spanId);
      expect(chunk?.links.map(({ spanId }) => spanId)).toContain(fold.parentSpanId);
    }
    const known = new Set([agentSpan, ...spans.map(({ spanId }) => spanId)]);
    expect(spans.filter(({ parentSpanId }) => !known.has(parentSpanId ?? ''))).toEqual([]);
  });

  test('a denial is a trace with its rule, and log lines of a traced call have its ids', async () => {
    const { spans } = await traced(withFolds(1));
    expect(spans.length).toBeGreaterThan(3);
    const other = await system.issueKey({ allowedOperations: ['refunds:*'], capMinor: '100' });
    const denied = await traced(withFolds(1), other.vaultKey);
    expect(denied.status).toBe(403);
    expect(denied.spans.find(({ kind }) => kind === SERVER)?.attributes).toMatchObject({
      'keybrake.decision': 'denied',
      'keybrake.rule': 'operation_not_allowed',
      'http.response.status_code': '403',
    });
    const stranger = await traced(
      (found) => found.some(({ kind }) => kind === SERVER),
      `vk_default_aaaaaaaa_${'a'.repeat(43)}`,
    );
    const [span] = stranger.spans;
    await eventually(
      'the warning of a stranger',
      () => system.output(),
      (text) => {
        return text
          .split('\n')
          .some((line) => line.includes('call stranger') && line.includes(`"trace_id":"${span?.traceId}"`));
      },
    );
  });

  test('no vault key, real key, idempotency key or body is in any span', async () => {
    const { mark } = await traced(withFolds(2));
    const sent = receiver.bodies.join('\n');
    expect(sent).toContain('keybrake.operation');
    for (const secret of [key.vaultKey, key.id, mark, 'canary', 'tok_visa', ...system.realSecrets]) {
      expect([secret, sent.includes(secret)]).toEqual([secret, false]);
    }
  });
});

test('off: nothing is sent, and records carry no header', async () => {
  const receiver = await OtlpReceiver.start();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_SDK_DISABLED: 'true' };
  const system = await startSystem({ env });
  try {
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
    const body = 'amount=700&currency=usd&source=tok_visa';
    const headers = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    expect((await charge(system.gatewayUrl, key.vaultKey, body, 'k', headers)).status).toBe(200);
    await system.foldedUp();
    expect(await system.sql('select traceparent from event_log.records where traceparent is not null')).toEqual([]);
  } finally {
    await system.stop();
    receiver.stop();
  }
  expect(receiver.bodies).toEqual([]);
});
