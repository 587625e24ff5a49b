import { type AgentTypeSpend, answered, entries, type SpendSeries } from '@keybrake/admin-client';
import type { Commands } from '../command-line.js';
import { amount } from '../output/amounts.js';
import { table } from '../output/table.js';

export const spendCommands: Commands = (line, run) =>
  line.command(
    'spend',
    'what agent types have spent of their caps in a day; or, with --by, over days',
    (one) =>
      one
        .option('date', { type: 'string', describe: 'a day in UTC, such as 2026-11-25; today', conflicts: ['by'] })
        .option('by', {
          choices: ['agentType', 'provider', 'runId'] as const,
          describe: 'a line a day for each of these',
        })
        .option('from', { type: 'string', describe: 'first day', implies: 'by' })
        .option('to', { type: 'string', describe: 'last day', implies: 'by' })
        .option('currency', { type: 'string', describe: 'only in this currency', implies: 'by' })
        .example('keybrake spend', 'today')
        .example('keybrake spend --by provider --from 2026-11-01', 'this month, day by day')
        .example('keybrake spend --date 2026-11-24 --json', 'a day, for a script'),
    run(async (context, { date, by, from, to, currency }) => {
      const { client } = await context.connect();
      const { dim } = context.terminal;
      if (by === undefined) {
        const ofDay = date === undefined ? {} : { date };
        const day = await entries({ limit: Number.POSITIVE_INFINITY }, (page) =>
          answered(client.GET('/v1/spend', { params: { query: { ...ofDay, ...page } } })),
        );
        return context.show(day, ({ data }) => table(COLUMNS, data, dim));
      }
      const wanted = { by, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
      const query = { ...wanted, ...(currency !== undefined && { currency }) };
      const series = await answered(client.GET('/v1/spend/series', { params: { query } }));
      await context.show(series, ({ data }) => table(SERIES_COLUMNS, data, dim));
    }),
  );

/** Committed and held of the limit, in percent rounded up. */
function usedOf({ committedMinor, heldMinor, limitMinor }: AgentTypeSpend): string | null {
  if (limitMinor === null || limitMinor === '0') return null;
  const used = (BigInt(committedMinor) + BigInt(heldMinor)) * 100n;
  return `${(used + BigInt(limitMinor) - 1n) / BigInt(limitMinor)} %`;
}

const COLUMNS = [
  { title: 'AGENT TYPE', value: ({ agentType }: AgentTypeSpend) => agentType },
  { title: 'COMMITTED', value: (row: AgentTypeSpend) => amount(row.committedMinor, row.currency), align: 'right' },
  { title: 'HELD', value: (row: AgentTypeSpend) => amount(row.heldMinor, row.currency), align: 'right' },
  { title: 'CAP', value: (row: AgentTypeSpend) => amount(row.limitMinor, row.currency), align: 'right' },
  { title: 'USED', value: usedOf, align: 'right' },
  { title: 'CALLS', value: ({ calls }: AgentTypeSpend) => calls, align: 'right' },
  { title: 'DENIALS', value: ({ denials }: AgentTypeSpend) => denials, align: 'right' },
] as const;

type SpendDay = SpendSeries['data'][number];

const SERIES_COLUMNS = [
  { title: 'DAY (UTC)', value: ({ day }: SpendDay) => day },
  { title: 'GROUP', value: ({ group }: SpendDay) => group },
  { title: 'COMMITTED', value: (row: SpendDay) => amount(row.committedMinor, row.currency), align: 'right' },
  { title: 'HELD', value: (row: SpendDay) => amount(row.heldMinor, row.currency), align: 'right' },
  { title: 'CALLS', value: ({ calls }: SpendDay) => calls, align: 'right' },
  { title: 'DENIALS', value: ({ denials }: SpendDay) => denials, align: 'right' },
] as const;
