import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import { type DashboardBuilder, type DataSourceRef, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** As provisioned in deploy/grafana/provisioning. */
export const PROMETHEUS: DataSourceRef = { type: 'prometheus', uid: 'keybrake-prometheus' };
export const POSTGRES: DataSourceRef = { type: 'grafana-postgresql-datasource', uid: 'keybrake-postgres' };

/** An expression and what its lines are called: `{{label}}` is that label's value. */
export type Line = readonly [expr: string, legend: string];

interface Look {
  /** Grafana's unit: `s`, `percentunit`, `reqps`, `short`. */
  readonly unit?: string;
  readonly help: string;
}

const query = ([expr, legend]: Line, index = 0) =>
  new DataqueryBuilder()
    .datasource(PROMETHEUS)
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode('A'.charCodeAt(0) + index));

const placed = <Panel extends { span(width: number): Panel; height(rows: number): Panel }>(
  panel: Panel,
  width: number,
  rows: number,
) => panel.span(width).height(rows);

/** Lines over time, half of the page wide. */
export function graph(title: string, { unit = 'short', help }: Look, ...lines: readonly Line[]) {
  const panel = new GraphBuilder().title(title).description(help).unit(unit).min(0).datasource(PROMETHEUS);
  for (const [index, line] of lines.entries()) panel.withTarget(query(line, index));
  return placed(panel, 12, 8);
}

/** One figure, a quarter of the page wide. */
export function figure(title: string, { unit = 'short', help }: Look, expr: string) {
  const panel = new StatBuilder().title(title).description(help).unit(unit).datasource(PROMETHEUS);
  return placed(panel.withTarget(query([expr, title])), 6, 4);
}

/** Rows of the ledger's tables. */
export function rows(title: string, help: string, sql: string) {
  const panel = new TableBuilder().title(title).description(help).datasource(POSTGRES).withTarget(sqlQuery(sql));
  return placed(panel, 24, 9);
}

/** The SDK has no builder for queries to PostgreSQL; this is the shape that its data source saves. */
function sqlQuery(sql: string): cog.Builder<cog.Dataquery> {
  const built = { refId: 'A', datasource: POSTGRES, format: 'table', rawQuery: true, editorMode: 'code', rawSql: sql };
  return { build: () => ({ ...built, _implementsDataqueryVariant: () => undefined }) };
}

type Panel = ReturnType<typeof graph> | ReturnType<typeof figure> | ReturnType<typeof rows>;

/** A row of the dashboard with its panels. */
export function section(dashboard: DashboardBuilder, title: string, ...panels: readonly Panel[]): void {
  dashboard.withRow(new RowBuilder(title));
  for (const panel of panels) dashboard.withPanel(panel);
}
