import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildDashboards, dashboardText } from '../scripts/grafana/dashboards.ts';

const folder = fileURLToPath(new URL('../deploy/', import.meta.url));

test('the dashboards in deploy/grafana are those that the builders make: npm run grafana', () => {
  const kept = readdirSync(`${folder}grafana/dashboards`);
  const built = buildDashboards();
  expect(kept.sort()).toEqual([...built.keys()].sort());
  for (const [name, dashboard] of built) {
    expect([name, readFileSync(`${folder}grafana/dashboards/${name}`, 'utf8')]).toEqual([
      name,
      dashboardText(dashboard),
    ]);
  }
});

test('every alert has its section in the runbooks, and no section is of none', () => {
  const rules = readFileSync(`${folder}prometheus/rules.yaml`, 'utf8');
  const alerts = [...rules.matchAll(/- alert: (\w+)\n(?:.*\n)*?.*runbook_url: docs\/operations\.md#(\w+)/g)];
  expect(alerts).toHaveLength(17);
  for (const [, name, anchor] of alerts) expect(anchor).toBe(name?.toLowerCase());
  const runbooks = readFileSync(`${folder}../docs/operations.md`, 'utf8').split('## Runbooks')[1] ?? '';
  const sections = [...runbooks.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(sections).toEqual(alerts.map(([, name]) => name));
});
