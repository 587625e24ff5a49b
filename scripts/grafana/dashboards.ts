import { type Dashboard, DashboardBuilder, DashboardCursorSync } from '@grafana/grafana-foundation-sdk/dashboard';
import { gatewayDashboard } from './gateway-dashboard.ts';
import { governanceDashboard } from './governance-dashboard.ts';
import { ledgerDashboard } from './ledger-dashboard.ts';
import { sloDashboard } from './slo-dashboard.ts';

const DASHBOARDS = {
  governance: ['Keybrake: governance', governanceDashboard],
  gateway: ['Keybrake: gateway', gatewayDashboard],
  ledger: ['Keybrake: ledger', ledgerDashboard],
  slo: ['Keybrake: objectives', sloDashboard],
} as const;

/** By file name in deploy/grafana/dashboards. */
export function buildDashboards(): ReadonlyMap<string, Dashboard> {
  return new Map(
    Object.entries(DASHBOARDS).map(([name, [title, fill]]) => {
      const dashboard = new DashboardBuilder(title)
        .uid(`keybrake-${name}`)
        .tags(['keybrake'])
        .refresh('30s')
        .time({ from: 'now-6h', to: 'now' })
        .tooltip(DashboardCursorSync.Crosshair)
        .timezone('utc')
        .readonly();
      fill(dashboard);
      return [`${name}.json`, dashboard.build()];
    }),
  );
}

export const dashboardText = (dashboard: Dashboard): string => `${JSON.stringify(dashboard, null, 2)}\n`;
