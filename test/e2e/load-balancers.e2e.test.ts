import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOAD_BALANCERS, startLoadBalancer } from '@keybrake/testing/load-balancer';
import { eventually, freePort } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { charge, executedMarkers } from '../harness/calls.ts';
import { sized } from '../harness/chaos.ts';
import { CuttingServer } from '../harness/cutting-server.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const GATEWAYS = 3;
const CLIENTS = 12;
const METHODS = ['POST', 'GET', 'PUT', 'DELETE'];

let system: System;
let folder: string;
beforeAll(async () => {
  [system, folder] = await Promise.all([
    startSystem({ profile: 'distributed', gateways: GATEWAYS }),
    mkdtemp(join(tmpdir(), 'keybrake-balancer-')),
  ]);
});
afterAll(async () => {
  await system.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.each(LOAD_BALANCERS)('gateways behind deploy/%s', (kind) => {
  const running: Awaited<ReturnType<typeof startLoadBalancer>>[] = [];
  const balance = async (gatewayPorts: readonly number[]) => {
    const port = await freePort();
    running.push(await startLoadBalancer(kind, { port, folder, gatewayPorts }));
    return `http://127.0.0.1:${port}`;
  };
  afterAll(() => Promise.all(running.map((one) => one.stop())));

  test('what was sent to a gateway is never sent to another one, whatever its method', async () => {
    // One that cut is left alone for a while: there is another for each.
    const servers = await Promise.all([...METHODS, 'one more'].map(() => CuttingServer.start()));
    const url = await balance(servers.map(({ port }) => port));
    for (const method of METHODS) {
      const body = method === 'GET' ? {} : { body: 'amount=100' };
      const sent = fetch(`${url}/v1/charges/${method}`, { method, ...body });
      // Or the connection is closed: the agent does not know either way, and asks again with the same key.
      const status = await sent.then(
        (response) => response.status,
        () => 'closed',
      );
      expect([method, [502, 503, 'closed'].includes(status)]).toEqual([method, true]);
    }
    const arrived = servers.flatMap(({ taken }) => taken).filter((line) => !line.includes('/readyz'));
    expect(new Set(arrived)).toEqual(new Set(METHODS.map((method) => `${method} /v1/charges/${method}`)));
    expect(arrived).toHaveLength(METHODS.length);
    await Promise.all(servers.map((server) => server.close()));
  });

  test('what a gateway has refused goes to one that takes it', async () => {
    const [refusing, alsoRefusing] = [await freePort(), await freePort()];
    const taking = Number(new URL(system.gatewayUrl).port);
    const url = await balance([refusing, alsoRefusing, taking]);
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000' });
    for (let call = 0; call < 20; call += 1) {
      const answer = await charge(url, key.vaultKey, 'amount=100&currency=usd&source=tok_visa', randomUUID());
      expect([call, answer.status]).toEqual([call, 200]);
    }
  });

  test('gateways killed and stopped under load: every call ends well with its key, none is executed twice', {
    timeout: 300_000,
  }, async () => {
    const url = await balance(system.gatewayUrls.map((one) => Number(new URL(one).port)));
    const key = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100000000' });
    const prefix = randomUUID().slice(0, 8);
    let open = true;
    const ended: number[] = [];
    const client = async (index: number) => {
      for (let call = 0; open; call += 1) {
        const idempotencyKey = `${prefix}-${index}-${call}`;
        const form = `amount=100&currency=usd&source=tok_visa&description=${idempotencyKey}`;
        const attempt = () => charge(url, key.vaultKey, form, idempotencyKey).catch(() => ({ status: 0 }));
        // As an SDK does: what is unknown or not now is asked for again under the same key.
        const { status } = await eventually(idempotencyKey, attempt, (seen) => seen.status === 200, 60_000);
        ended.push(status);
      }
    };
    const clients = Array.from({ length: CLIENTS }, (_none, index) => client(index));
    for (let round = 0; round < sized(2, 12); round += 1) {
      await system.killGateway(round % GATEWAYS);
      await system.restartGateway((round + 1) % GATEWAYS);
    }
    open = false;
    await Promise.all(clients);
    expect(ended.length).toBeGreaterThan(CLIENTS);
    const executed = executedMarkers(await system.witness('stripe'), prefix);
    expect([executed.length, new Set(executed).size]).toEqual([ended.length, ended.length]);
  });
});
