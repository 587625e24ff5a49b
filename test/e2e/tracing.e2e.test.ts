import { randomBytes, randomUUID } from 'node:crypto';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { approvalKey, WaitingCharge } from '../harness/approvals.ts';
import { charge } from '../harness/calls.ts';
import { OtlpReceiver, type ReceivedSpan } from '../harness/otlp-receiver.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const [, SERVER, CLIENT, PRODUCER, CONSUMER] = [1, 2, 3, 4, 5];

describe.each(PROFILES)('one request is one trace (%s)', (profile) => {
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

  type AreThere = (spans: readonly ReceivedSpan[]) => boolean;

  /** A request of a caller that traces itself, and the spans of its trace once what is asked for is there. */
  async function tracedBy(send: (traceparent: string) => Promise<{ readonly status: number }>, areThere: AreThere) {
    const traceId = randomBytes(16).toString('hex');
    const callerSpan = randomBytes(8).toString('hex');
    const { status } = await send(`00-${traceId}-${callerSpan}-01`);
    const spans = await eventually(
      'the spans of the request',
      () => receiver.spans.filter((span) => span.traceId === traceId),
      areThere,
      20_000,
    );
    return { status, callerSpan, traceId, spans };
  }

  /** A charge of an agent. */
  async function traced(areThere: AreThere, vaultKey = key.vaultKey) {
    const mark = `canary-${randomUUID()}`;
    const body = `amount=700&currency=usd&source=tok_visa&description=${mark}`;
    const send = (traceparent: string) => charge(system.gatewayUrl, vaultKey, body, `key-${mark}`, { traceparent });
    return { mark, ...(await tracedBy(send, areThere)) };
  }

  /** A request to the admin API, with a query that no span may tell. */
  const tracedAdmin = (
    method: string,
    path: string,
    areThere: AreThere,
    { body, headers }: { readonly body?: object; readonly headers?: Record<string, string> } = {},
  ) =>
    tracedBy(
      (traceparent) =>
        fetch(`${system.adminUrl}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${system.adminToken}`,
            'content-type': 'application/json',
            traceparent,
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      areThere,
    );

  const folds = (spans: readonly ReceivedSpan[]) => spans.filter(({ kind }) => kind === CONSUMER);
  /** Two processes send when they like: the call's own span may come after its folds. */
  const withFolds = (count: number) => (spans: readonly ReceivedSpan[]) =>
    folds(spans).length >= count && spans.some(({ kind }) => kind === SERVER);

  test('from the agent through gateway, admission, log and provider to the fold', async () => {
    const { status, callerSpan, spans } = await traced(
      (found) => withFolds(2)(found) && found.some(({ name }) => name === 'admission settle'),
    );
    expect(status).toBe(200);
    const named = (name: string) => spans.filter((span) => span.name === name);
    const [call] = named('POST /v1/charges');
    expect(call).toMatchObject({
      service: 'keybrake-gateway',
      kind: SERVER,
      parentSpanId: callerSpan,
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

    // Both records: each is folded below the span that sent it.
    const folded = folds(spans);
    expect(new Set(folded.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set(sends.map(({ spanId }) => spanId)));
    for (const fold of folded) {
      expect(fold).toMatchObject({ service: 'keybrake-ledger', attributes: { 'messaging.operation.type': 'process' } });
      // The chunk is a trace of its own, linked both ways.
      const [chunk] = receiver.spans.filter(({ spanId }) => spanId === fold.links[0]?.spanId);
      expect(chunk?.links.map(({ spanId }) => spanId)).toContain(fold.parentSpanId);
    }
    const known = new Set([callerSpan, ...spans.map(({ spanId }) => spanId)]);
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

  const isServed: AreThere = (spans) => spans.some(({ kind }) => kind === SERVER);

  test('a revoke is a trace of admin API and admission store, named by its route', async () => {
    const { id } = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100' });
    const { status, callerSpan, spans } = await tracedAdmin('POST', `/v1/vault-keys/${id}/revoke`, isServed, {
      body: {},
    });
    expect(status).toBe(200);
    const [request] = spans.filter(({ kind }) => kind === SERVER);
    expect(request).toMatchObject({
      service: 'keybrake-admin-api',
      name: 'POST /v1/vault-keys/:id/revoke',
      parentSpanId: callerSpan,
    });
    expect(request?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/v1/vault-keys/:id/revoke',
      'http.response.status_code': '200',
    });
    expect(spans.filter((span) => span !== request)).toMatchObject([
      {
        name: 'admission put_key',
        kind: CLIENT,
        parentSpanId: request?.spanId,
        attributes: {
          'db.system.name': profile === 'distributed' ? 'redis' : 'postgresql',
          'db.operation.name': 'put_key',
        },
      },
    ]);
  });

  test('a decision of a person is one trace, from the admin API through log and admission to the fold', async () => {
    const { id } = await new WaitingCharge(system, await approvalKey(system)).asked();
    const path = `/v1/approvals/${id}/deny`;
    const { status, spans } = await tracedAdmin('POST', path, withFolds(1), {
      body: { note: 'canary-note' },
      headers: { 'idempotency-key': `canary-${id}` },
    });
    expect(status).toBe(200);
    const [request] = spans.filter(({ kind }) => kind === SERVER);
    expect(request).toMatchObject({ service: 'keybrake-admin-api', name: 'POST /v1/approvals/:id/deny' });
    const [sent, ...others] = spans.filter(({ kind }) => kind === PRODUCER);
    expect([sent?.parentSpanId, sent?.attributes['keybrake.events']]).toEqual([
      request?.spanId,
      expect.stringContaining('SpendReleased'),
    ]);
    expect(others).toEqual([]);
    expect(spans.filter(({ kind }) => kind === CLIENT)).toMatchObject([
      { name: 'admission decide_approval', parentSpanId: request?.spanId },
    ]);
    expect(folds(spans)).toMatchObject([{ service: 'keybrake-ledger', parentSpanId: sent?.spanId }]);
  });

  test('what the admin API refuses has its route, and its own failures their kind and a log line with the ids', async () => {
    const refused = await tracedAdmin('GET', '/v1/vault-keys/canary-id?canary=query', isServed);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.spans).toMatchObject([
      { name: 'GET /v1/vault-keys/:id', attributes: { 'http.response.status_code': String(refused.status) } },
    ]);
    const unknown = await tracedAdmin('GET', '/v1/canary-path', isServed);
    expect(unknown.spans).toMatchObject([{ name: 'GET', attributes: { 'http.response.status_code': '404' } }]);

    const rename = (from: string, to: string) => system.sql(`alter table governance.${from} rename to ${to}`);
    await rename('idempotent_responses', 'away');
    const failed = await tracedAdmin('POST', '/v1/policies', isServed, {
      body: { name: 'canary-policy' },
      headers: { 'idempotency-key': 'canary' },
    }).finally(() => rename('away', 'idempotent_responses'));
    expect(failed.spans).toMatchObject([
      { name: 'POST /v1/policies', attributes: { 'http.response.status_code': '500', 'error.type': '500' } },
    ]);
    const lines = system.output().split('\n');
    const [line = ''] = lines.filter((one) => one.includes(`"trace_id":"${failed.traceId}"`));
    expect([line.includes('a request failed'), line.includes(`"span_id":"${failed.spans[0]?.spanId}"`)]).toEqual([
      true,
      true,
    ]);
  });

  test('no vault key, real key, idempotency key or body is in any span', async () => {
    const { mark } = await traced(withFolds(2));
    const sent = receiver.bodies.join('\n');
    expect(sent).toContain('keybrake.operation');
    expect(sent).toContain('keybrake-admin-api');
    // The harness has asked whether it is ready.
    expect(sent).not.toContain('readyz');
    for (const secret of [key.vaultKey, key.id, mark, 'canary', 'tok_visa', system.adminToken, ...system.realSecrets]) {
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
    const waiting = await new WaitingCharge(system, await approvalKey(system)).asked();
    const denied = await fetch(`${system.adminUrl}/v1/approvals/${waiting.id}/deny`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${system.adminToken}` },
    });
    expect(denied.status).toBe(200);
    await system.foldedUp();
    expect(await system.sql('select traceparent from event_log.records where traceparent is not null')).toEqual([]);
  } finally {
    await system.stop();
    receiver.stop();
  }
  expect(receiver.bodies).toEqual([]);
});
