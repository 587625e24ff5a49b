import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../../api/api.ts';
import type { Usage } from '../../api/report-types.ts';
import { useFilters } from '../../data/filters.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { SelectField } from '../../ui/fields.tsx';
import { Card, Facts, Page } from '../../ui/layout.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Count } from '../../ui/values.tsx';
import { DayBars } from './day-bars.tsx';
import { lastMonths } from './months.ts';
import { Quotas } from './quotas.tsx';
import styles from './usage.module.css';

const MONTHS_SHOWN = 13;
const POLL_MS = 5_000;

type Day = Usage['byDay'][number];

const COLUMNS: readonly Column<Day>[] = [
  { head: 'Day', cell: ({ day }) => day },
  { head: 'Calls', number: true, cell: ({ calls }) => <Count value={calls} /> },
  { head: 'Replays', number: true, cell: ({ replays }) => <Count value={replays} /> },
  { head: 'Denials', number: true, cell: ({ denials }) => <Count value={denials} /> },
];

/** The account's calls by month, as the ledger counts them, and the quotas of its policies. */
export default function UsagePage() {
  const { filters, set } = useFilters(['month']);
  const months = lastMonths(MONTHS_SHOWN, Date.now());
  const month = months.find((name) => name === filters.month) ?? months[0] ?? '';
  const usage = useQuery({
    queryKey: ['usage', month],
    queryFn: () => api.usage(month),
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });
  return (
    <Page title="Usage" lead="Calls of this account by month, counted by the ledger.">
      <search className={styles.filters}>
        <SelectField
          label="Month"
          value={month}
          onChange={(value) => set({ month: value })}
          options={months.map((name) => ({ value: name, label: name }))}
        />
      </search>
      <Loaded query={usage}>
        {({ calls, denials, replays, byDay, quotas }) => (
          <>
            <Card title={`Calls in ${month}`} hint="replays and denials cost no quota">
              <Facts
                facts={{
                  Calls: <Count value={calls} />,
                  Replays: <Count value={replays} />,
                  Denials: <Count value={denials} />,
                }}
              />
              <DayBars month={month} byDay={byDay} />
            </Card>
            <Card title="Quotas" hint="requestsPerMonth of the policies">
              <Quotas quotas={quotas} />
            </Card>
            <DataTable
              caption="Calls by day"
              columns={COLUMNS}
              rows={byDay.toReversed()}
              rowKey={({ day }) => day}
              empty={<Empty title="No call in this month" />}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
