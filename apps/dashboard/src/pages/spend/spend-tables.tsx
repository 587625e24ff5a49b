import type { CSSProperties } from 'react';
import type { SpendGrouping } from '../../api/report-types.ts';
import { formatMoney } from '../../format/money.ts';
import { AgentText, visibleText } from '../../ui/agent-text.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/states.tsx';
import { Count, Money } from '../../ui/values.tsx';
import { RunLink } from '../calls/call-table.tsx';
import type { ChartDay, GroupTotal, SpendChart } from './series.ts';
import styles from './spend.module.css';

export function GroupTable({
  totals,
  by,
  currency,
}: {
  totals: readonly GroupTotal[];
  by: SpendGrouping;
  currency: string | undefined;
}) {
  const columns: readonly Column<GroupTotal>[] = [
    {
      head: { agentType: 'Agent type', provider: 'Provider', runId: 'Run' }[by],
      cell: ({ group }) =>
        by === 'runId' ? <RunLink runId={group === '' ? null : group} /> : <AgentText cut>{group}</AgentText>,
    },
    { head: 'Committed', number: true, cell: (row) => <Money minor={row.committedMinor} currency={currency} /> },
    { head: 'Held', number: true, cell: (row) => <Money minor={row.heldMinor} currency={currency} /> },
    { head: 'Calls', number: true, cell: ({ calls }) => <Count value={calls} /> },
    { head: 'Replays', number: true, cell: ({ replays }) => <Count value={replays} /> },
    { head: 'Denials', number: true, cell: ({ denials }) => <Count value={denials} /> },
  ];
  return (
    <DataTable
      caption="Spend of the whole period"
      columns={columns}
      rows={totals}
      rowKey={({ group }) => group}
      empty={<Empty title="No call in this period" />}
    />
  );
}

/** Calls without a run stand under an empty name. */
const nameOf = (series: string) => (series === '' ? 'no run' : visibleText(series));

/** The figures of the bars. */
export function DayTable({ chart, currency }: { chart: SpendChart; currency: string }) {
  const columns: readonly Column<ChartDay>[] = [
    { head: 'Day', cell: ({ day }) => day },
    ...chart.series.map((series) => ({
      head: nameOf(series),
      number: true,
      cell: ({ amounts }: ChartDay) => {
        const minor = amounts[series];
        return minor === undefined ? '–' : formatMoney(minor, currency);
      },
    })),
  ];
  const busy = chart.days.filter(({ amounts }) => Object.keys(amounts).length > 0).toReversed();
  return (
    <DataTable
      caption="Spend by day, committed and held together"
      columns={columns}
      rows={busy}
      rowKey={({ day }) => day}
      empty={<Empty title="No money moved in this period" />}
    />
  );
}

export const Legend = ({ series }: Pick<SpendChart, 'series'>) => (
  <ul className={styles.legend}>
    {series.map((name, index) => (
      <li key={name}>
        <span className={styles.mark} style={{ '--mark': `var(--series-${index + 1})` } as CSSProperties} />
        <AgentText>{nameOf(name)}</AgentText>
      </li>
    ))}
  </ul>
);
