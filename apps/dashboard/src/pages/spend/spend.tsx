import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { api } from '../../api/api.ts';
import type { SpendGrouping, SpendPoint } from '../../api/report-types.ts';
import { useFilters } from '../../data/filters.ts';
import { SelectField } from '../../ui/fields.tsx';
import { Card, Page } from '../../ui/layout.tsx';
import { Loaded, Loading } from '../../ui/states.tsx';
import { chartOf, currenciesOf, lastDays, totalsOf } from './series.ts';
import styles from './spend.module.css';
import { DayTable, GroupTable, Legend } from './spend-tables.tsx';

const SpendChartView = lazy(() => import('./spend-chart.tsx'));

const GROUPINGS = [
  { value: 'agentType', label: 'Agent type' },
  { value: 'provider', label: 'Provider' },
  { value: 'runId', label: 'Run' },
];
const PERIODS = [
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
];
const USUAL = { by: 'agentType', days: '30' };
const POLL_MS = 10_000;

const oneOf = (options: readonly { readonly value: string }[], wanted: string, usual: string) =>
  options.some(({ value }) => value === wanted) ? wanted : usual;

export default function SpendPage() {
  const { filters, set } = useFilters(['by', 'days', 'currency']);
  const by = oneOf(GROUPINGS, filters.by, USUAL.by) as SpendGrouping;
  const period = oneOf(PERIODS, filters.days, USUAL.days);
  const days = lastDays(Number(period), Date.now());
  const [from = '', to = ''] = [days[0], days.at(-1)];
  const series = useQuery({
    queryKey: ['spend', 'series', by, from, to],
    queryFn: () => api.spendSeries({ from, to, by }),
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });
  const currencies = currenciesOf(series.data?.data ?? []);
  const currency = currencies.includes(filters.currency) ? filters.currency : currencies[0];
  return (
    <Page title="Spend" lead="Over time, in days of each policy’s time zone. Currencies are never added up.">
      <search className={styles.filters}>
        <SelectField label="By" value={by} onChange={(value) => set({ by: value })} options={GROUPINGS} />
        <SelectField label="Period" value={period} onChange={(value) => set({ days: value })} options={PERIODS} />
        <SelectField
          label="Currency"
          value={currency ?? ''}
          onChange={(value) => set({ currency: value })}
          options={
            currencies.length === 0
              ? [{ value: '', label: 'None yet' }]
              : currencies.map((code) => ({ value: code, label: code.toUpperCase() }))
          }
        />
      </search>
      <Loaded query={series}>
        {({ data }) => <SpendOverTime points={data} by={by} currency={currency} days={days} />}
      </Loaded>
    </Page>
  );
}

interface SpendOverTimeProps {
  readonly points: readonly SpendPoint[];
  readonly by: SpendGrouping;
  readonly currency: string | undefined;
  readonly days: readonly string[];
}

function SpendOverTime({ points, by, currency, days }: SpendOverTimeProps) {
  const totals = totalsOf(points, currency);
  const chart = currency === undefined ? undefined : chartOf(points, totals, { currency, days });
  return (
    <>
      {chart === undefined || currency === undefined ? null : (
        <Card title="By day" hint="committed and held together">
          <Suspense fallback={<Loading />}>
            <SpendChartView chart={chart} currency={currency} />
          </Suspense>
          <Legend series={chart.series} />
        </Card>
      )}
      <GroupTable totals={totals} by={by} currency={currency} />
      {chart === undefined || currency === undefined ? null : <DayTable chart={chart} currency={currency} />}
    </>
  );
}
