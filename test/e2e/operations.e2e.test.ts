import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from '@keybrake/testing/processes';
import { PrometheusProcess, promtoolPath } from '@keybrake/testing/prometheus-process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { BUSY_SETTINGS, busyAccount } from '../harness/busy-account.ts';
import { charge } from '../harness/calls.ts';
import { pythonWith } from '../harness/python.ts';
import { startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));

interface Target {
  readonly expr?: string;
  readonly rawSql?: string;
}
interface Panel {
  readonly title: string;
  readonly targets?: readonly Target[];
  readonly panels?: readonly Panel[];
}

const panelsOf = (panels: readonly Panel[]): readonly Panel[] =>
  panels.flatMap((panel) => [panel, ...panelsOf(panel.panels ?? [])]);

/** Every query of every dashboard, with where it stands. */
function queries(): readonly (Target & { readonly at: string })[] {
  return readdirSync(`${deploy}grafana/dashboards`).flatMap((name) => {
    const { panels } = JSON.parse(readFileSync(`${deploy}grafana/dashboards/${name}`, 'utf8')) as Panel;
    return panelsOf(panels ?? []).flatMap(({ title, targets = [] }) =>
      targets.map((target) => ({ ...target, at: `${name}: ${title}` })),
    );
  });
}

test.each([
  ['check', 'rules', 'rules.yaml'],
  ['test', 'rules', 'rules.test.yaml'],
])('promtool %s %s %s', (...args) => {
  const { status, stdout, stderr } = spawnSync(promtoolPath(), args, { cwd: `${deploy}prometheus`, encoding: 'utf8' });
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
});

test('the compose files are right by the schema of the Compose Specification', async () => {
  const python = await pythonWith('check-jsonschema', 'test/deploy/requirements.txt', 'deploy-checks');
  const check = (file: string) =>
    spawnSync(python, ['-m', 'check_jsonschema', '--builtin-schema', 'vendor.compose-spec', file], {
      encoding: 'utf8',
    });
  for (const name of ['compose.yaml', 'compose.replicated.yaml']) {
    const { status, stdout, stderr } = check(`${deploy}${name}`);
    expect([name, status, status === 0 ? '' : stdout + stderr]).toEqual([name, 0, '']);
  }
  expect(check(`${deploy}prometheus/rules.yaml`).status).toBe(1);
});

test('each alert is tried by promtool', () => {
  const named = (file: string, pattern: RegExp) =>
    new Set([...readFileSync(`${deploy}prometheus/${file}`, 'utf8').matchAll(pattern)].map(([, name]) => name));
  expect(named('rules.test.yaml', /alertname: (\w+)/g)).toEqual(named('rules.yaml', /alert: (\w+)/g));
});

let system: System;
let prometheus: PrometheusProcess;
let busy: IssuedKey;

beforeAll(async () => {
  system = await startSystem({ profile: 'distributed', gateways: 2, env: BUSY_SETTINGS });
  prometheus = await PrometheusProcess.start({
    'keybrake-gateway': system.gatewayUrls,
    'keybrake-ledger': system.ledgerUrls,
    'keybrake-admin-api': [system.adminUrl],
  });
  await busyAccount(system);
  busy = await system.issueKey({
    allowedOperations: ['charges:*'],
    capMinor: '100000',
    policy: { caps: [{ scope: 'account', window: 'day', currency: 'usd', limitMinor: '100000' }] },
  });
});
afterAll(async () => {
  await prometheus?.stop();
  await system?.stop();
});

/** A charge, its replay, a denial and a revoke: what counters have to move for. */
async function traffic(round: number): Promise<void> {
  const body = 'amount=100&currency=usd&source=tok_visa';
  for (const key of [`round-${round}`, `round-${round}`]) {
    expect((await charge(system.gatewayUrls[round % 2] as string, busy.vaultKey, body, key)).status).toBe(200);
  }
  const eur = 'amount=100&currency=eur&source=tok_visa';
  expect((await charge(system.gatewayUrl, busy.vaultKey, eur, `denied-${round}`)).status).toBe(403);
  const { id } = await system.issueKey({ allowedOperations: ['charges:*'], capMinor: '100' });
  await system.admin('POST', `/v1/vault-keys/${id}/revoke`);
}

test('every expression of every dashboard has data, from a real Prometheus that scrapes a running cluster', {
  timeout: 120_000,
}, async () => {
  const expressions = queries().flatMap(({ expr, at }) =>
    expr === undefined ? [] : [{ at, expr: expr.replaceAll('$__rate_interval', '15s') }],
  );
  expect(expressions.length).toBeGreaterThan(40);
  let round = 0;
  const missing = await eventually(
    'every panel to have data',
    async () => {
      await traffic(round++);
      const found = await Promise.all(
        expressions.map(async (one) => ({ ...one, values: await prometheus.values(one.expr) })),
      );
      return found.filter(({ values }) => values.length === 0).map(({ at, expr }) => `${at}: ${expr}`);
    },
    (left) => left.length === 0,
    90_000,
  );
  expect(missing).toEqual([]);

  // Not only there, but right: as many calls as were made, and what they spent.
  const spent = async () =>
    prometheus.values('max(keybrake_spend_today_committed{agent_type="billing",currency="usd"})');
  const recorded = async () =>
    system.sql<{ spent: number }>(
      `select sum(committed_micros)::float8 / 1e6 as spent from ledger.day_spend where agent_type = 'billing' and currency = 'usd'`,
    );
  await eventually(
    'the scraped spend to be the ledger’s',
    async () => [await spent(), await recorded()] as const,
    ([seen, rows]) => {
      return seen[0] === rows[0]?.spent;
    },
    30_000,
  );
  expect(await prometheus.values('count(keybrake_gateway_calls_in_flight)')).toEqual([2]);
});

test('every SQL panel has rows', async () => {
  const panels = queries().filter(({ rawSql }) => rawSql !== undefined);
  expect(panels).toHaveLength(3);
  await system.foldedUp();
  for (const { at, rawSql = '' } of panels) {
    expect([at, (await system.sql(rawSql)).length > 0]).toEqual([at, true]);
  }
});

test('what is scraped holds no vault key, run or reservation', async () => {
  const texts = await Promise.all(
    [...system.gatewayUrls, ...system.ledgerUrls, system.adminUrl].map(async (url) =>
      (await fetch(`${url}/metrics`)).text(),
    ),
  );
  const text = texts.join('\n');
  expect(text).toContain(
    'keybrake_admin_request_seconds_bucket{method="POST",route="/v1/vault-keys/:id/revoke",status="200"',
  );
  for (const secret of ['vault_key', 'vk_', 'rsv_', busy.id, 'invoices-2026', ...system.realSecrets]) {
    expect([secret, text.includes(secret)]).toEqual([secret, false]);
  }
});

test('told so, a gateway counts calls by vault key: the id of a known one, nothing of a stranger, no secret', async () => {
  const { url, process } = await system.startGateway({ KEYBRAKE_METRICS_VAULT_KEYS: 'true' });
  try {
    const body = 'amount=100&currency=usd&source=tok_visa';
    for (const mark of ['by-key-1', 'by-key-2']) {
      expect((await charge(url, busy.vaultKey, body, mark)).status).toBe(200);
    }
    const stranger = `${busy.vaultKey.slice(0, -43)}${'a'.repeat(43)}`;
    expect((await charge(url, stranger, body, 'by-key-3')).status).toBe(401);
    const text = await (await fetch(`${url}/metrics`)).text();
    const counted = text.split('\n').filter((line) => line.startsWith('keybrake_gateway_calls_total'));
    expect(counted.toSorted()).toEqual([
      expect.stringMatching(new RegExp(`decision="forwarded",rule="",vault_key="${busy.id}"} 2$`)),
      expect.stringMatching(/decision="stranger",.*vault_key=""} 1$/),
    ]);
    expect(text).not.toContain('vk_');
  } finally {
    await process.stop();
  }
});
