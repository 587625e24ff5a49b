import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Body, Controller, Post } from '@nestjs/common';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { createMetrics } from '../telemetry/metrics.js';
import { type RunningHttpApp, startCallServer, startHttpApp } from './http-app.js';
import { OperationalModule } from './operational.module.js';
import { type Dependency, type DependencyCheck, Readiness } from './readiness.js';

const logger = pino({ level: 'silent' });
const anyPort = { host: '127.0.0.1', port: 0, portVariable: 'KEYBRAKE_GATEWAY_PORT' } as const;
const running: RunningHttpApp[] = [];

function operational(checks: Record<string, DependencyCheck> = {}) {
  const dependency = (check: DependencyCheck): Dependency => ({ check, whenDown: 'reads go on' });
  const readiness = new Readiness(
    Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, dependency(check)])),
  );
  const metrics = createMetrics('gateway');
  metrics.counter('keybrake_gateway_calls_total', 'Calls.').add(2);
  return { readiness, module: OperationalModule.register({ readiness, metrics }) };
}

async function start(checks: Record<string, DependencyCheck>) {
  const { readiness, module } = operational(checks);
  const app = await startHttpApp({ module, logger, address: anyPort });
  running.push(app);
  return { readiness, url: app.url };
}

interface Health {
  readonly status: string;
  readonly info: Readonly<Record<string, { readonly status: string }>>;
  readonly error: Readonly<
    Record<string, { readonly status: string; readonly since?: string; readonly problem: string }>
  >;
}

const healthIn = async (response: Response) => (await response.json()) as Health;

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close(1_000)));
});

test('alive and scraped without any dependency', async () => {
  const { url } = await start({ database: () => Promise.reject(new Error('down')) });
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  const scrape = await fetch(`${url}/metrics`);
  expect(scrape.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await scrape.text()).toContain('keybrake_gateway_calls_total 2');
});

test('names the dependency that failed, since when, and what works without it; ready again once it answers', async () => {
  let isUp = false;
  const database = () => (isUp ? Promise.resolve() : Promise.reject(new Error('connection refused')));
  const { url } = await start({ database, log: () => Promise.resolve() });
  const first = await fetch(`${url}/readyz`);
  const body = await healthIn(first);
  expect(first.status).toBe(503);
  expect(body.error).toEqual({
    database: {
      status: 'down',
      since: expect.stringMatching(/^\d{4}-/),
      problem: 'connection refused',
      meanwhile: 'reads go on',
    },
  });
  expect(body.info.log?.status).toBe('up');
  const second = await healthIn(await fetch(`${url}/readyz`));
  expect(second.error.database?.since).toBe(body.error.database?.since);
  isUp = true;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('a dependency that never answers is down, not a hanging check', async () => {
  const { url } = await start({ database: () => new Promise(() => undefined) });
  const response = await fetch(`${url}/readyz`);
  expect(response.status).toBe(503);
  expect((await healthIn(response)).error.database?.problem).toBe('no answer within 1500 ms');
});

test('draining is not ready, and still alive', async () => {
  const { url, readiness } = await start({});
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  readiness.startDraining();
  const response = await fetch(`${url}/readyz`);
  expect(response.status).toBe(503);
  expect((await healthIn(response)).error.process).toEqual({ status: 'down', problem: 'draining' });
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

test('a taken port is named with the variable that changes it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { module } = operational();
  await expect(startHttpApp({ module, logger, address: { ...anyPort, port } })).rejects.toThrow(
    `port ${port} on 127.0.0.1 is taken by another program: stop it, or set KEYBRAKE_GATEWAY_PORT to a free port`,
  );
  other.close();
});

test('a POST that names a content type but has no body is served', async () => {
  @Controller()
  class Echo {
    @Post('echo')
    echo(@Body() body: unknown) {
      return { body: body ?? null };
    }
  }
  const app = await startHttpApp({
    module: { module: class Module {}, controllers: [Echo] },
    logger,
    address: anyPort,
  });
  running.push(app);
  const headers = { 'content-type': 'application/json' };
  const empty = await fetch(`${app.url}/echo`, { method: 'POST', headers });
  expect([empty.status, await empty.json()]).toEqual([201, { body: null }]);
  const full = await fetch(`${app.url}/echo`, { method: 'POST', headers, body: '{"a":1}' });
  expect(await full.json()).toEqual({ body: { a: 1 } });
});

/** The path as it is: `new URL` would tidy it. */
const answer = async (url: string, path: string, agent: Agent): Promise<IncomingMessage> => {
  const { hostname, port } = new URL(url);
  const [response] = (await once(get({ hostname, port, path, agent }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response;
};

test('calls reach the plain listener with their raw target; only the exact operational paths go to Nest', async () => {
  const { readiness, module } = operational();
  const seen: (string | undefined)[] = [];
  const app = await startCallServer({
    module,
    logger,
    address: anyPort,
    isDraining: () => readiness.draining,
    onCall: (request, response) => {
      seen.push(request.url);
      response.end('call');
    },
  });
  running.push(app);
  const agent = new Agent({ keepAlive: true });
  for (const path of ['/v1/charges/%2e%2e/payouts', '/livez/', '/stripe/metrics', '/readyzz'])
    await answer(app.url, path, agent);
  for (const path of ['/livez', '/readyz?verbose', '/metrics']) await answer(app.url, path, agent);
  expect(seen).toEqual(['/v1/charges/%2e%2e/payouts', '/livez/', '/stripe/metrics', '/readyzz']);
  expect((await answer(app.url, '/x', agent)).headers.connection).toBe('keep-alive');
  readiness.startDraining();
  expect((await answer(app.url, '/x', agent)).headers.connection).toBe('close');
});

test('closing lets a call in flight end, and ends idle keep-alive connections', async () => {
  let finish: () => void = () => undefined;
  const arrived = Promise.withResolvers<void>();
  const app = await startCallServer({
    module: operational().module,
    logger,
    address: anyPort,
    isDraining: () => false,
    onCall: (_request, response) => {
      finish = () => response.end('charged');
      arrived.resolve();
    },
  });
  const agent = new Agent({ keepAlive: true });
  await answer(app.url, '/livez', agent);
  const call = fetch(`${app.url}/v1/charges`);
  await arrived.promise;
  const closed = app.close(10_000);
  finish();
  expect(await (await call).text()).toBe('charged');
  await closed;
});
