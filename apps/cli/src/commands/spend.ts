import { type AgentTypeSpend, answered } from '@keybrake/admin-client';
import type { Commands } from '../command-line.js';
import { amount } from '../output/amounts.js';
import { table } from '../output/table.js';

export const spendCommands: Commands = (line, run) =>
  line.command(
    'spend',
    'what agent types have spent of their caps in a day',
    (one) =>
      one
        .option('date', { type: 'string', describe: 'a day in UTC, such as 2026-11-25; today' })
        .example('keybrake spend', 'today')
        .example('keybrake spend --date 2026-11-24 --json', 'a day, for a script'),
    run(async (context, { date }) => {
      const { client } = await context.connect();
      const query = date === undefined ? {} : { date };
      const page = await answered(client.GET('/v1/spend', { params: { query } }));
      await context.show(page, ({ data }) => table(COLUMNS, data, context.terminal.dim));
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
