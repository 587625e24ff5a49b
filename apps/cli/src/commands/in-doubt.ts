import { answered, entries, type Reservation } from '@keybrake/admin-client';
import { confirmed } from '../ask.js';
import { type CommandLine, type Commands, checkedLimit, listOptions, noteMore, type Run } from '../command-line.js';
import { CliError, EXIT } from '../exit-codes.js';
import { amount, moment } from '../output/amounts.js';
import { escapeText } from '../output/escape.js';
import { table } from '../output/table.js';

export const inDoubtCommands: Commands = (line, run) =>
  line.command('in-doubt', 'calls that nobody knows the outcome of', (doubts) =>
    [list, resolve].reduce((described, add) => add(described, run), doubts).demandCommand(1, 'Which of them?'),
  );

const nextOf = ({ resolution }: Reservation): string | null => {
  if (resolution === null) return null;
  return resolution.nextAttemptAt === null ? 'a person decides' : moment(resolution.nextAttemptAt);
};

const COLUMNS = [
  { title: 'ID', value: ({ id }: Reservation) => id },
  { title: 'STARTED (UTC)', value: ({ startedAt }: Reservation) => moment(startedAt) },
  { title: 'AGENT TYPE', value: ({ agentType }: Reservation) => agentType },
  { title: 'CALL', value: ({ provider, operation }: Reservation) => `${provider} ${operation}` },
  { title: 'HELD', value: (row: Reservation) => amount(row.reservedMinor, row.currency), align: 'right' },
  { title: 'TRIES', value: ({ resolution }: Reservation) => resolution?.attempts ?? 0, align: 'right' },
  { title: 'NEXT (UTC)', value: nextOf },
  { title: 'WHY', value: ({ resolution, message }: Reservation) => resolution?.reason ?? message },
] as const;

function list(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'list',
    'with what the resolver found out so far',
    (one) => one.options(listOptions).example('keybrake in-doubt list', 'what waits for an answer'),
    run(async (context, { limit, cursor }) => {
      const { client } = await context.connect();
      const page = await entries({ limit: checkedLimit(limit), cursor }, (query) =>
        answered(client.GET('/v1/reservations', { params: { query: { ...query, state: 'in_doubt' } } })),
      );
      await context.show(page, ({ data }) => table(COLUMNS, data, context.terminal.dim));
      noteMore(context, page.nextCursor);
    }),
  );
}

function resolve(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'resolve <reservation>',
    'say what a call came to, after looking at the provider; recorded with your name',
    (one) =>
      one
        .positional('reservation', { type: 'string', demandOption: true, describe: 'its id' })
        .option('outcome', {
          choices: ['executed', 'not_executed'] as const,
          demandOption: true,
          describe: 'what the provider did',
        })
        .option('amount-minor', { type: 'string', describe: 'what it moved, in minor units; the reserved amount' })
        .option('note', { type: 'string', demandOption: true, describe: 'how you know: it stays in the audit' })
        .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'do not ask' })
        .example(
          'keybrake in-doubt resolve RESERVATION_ID --outcome not_executed --note "not in the dashboard"',
          'its hold is given back',
        ),
    run(async (context, { reservation: id, outcome, amountMinor, note, yes }) => {
      const { client } = await context.connect();
      const question = outcome === 'executed' ? 'Count it as spent' : 'Give its hold back';
      if (!(await confirmed(`${question}, for good?`, yes))) throw new CliError(EXIT.refused, 'nothing was resolved');
      const body = { outcome, note, ...(amountMinor !== undefined && { amountMinor }) };
      const resolved = await answered(client.POST('/v1/reservations/{id}/resolve', { params: { path: { id } }, body }));
      await context.show(resolved, (one) => `${escapeText(one.id)} resolved: ${one.outcome.replace('_', ' ')}\n`);
    }),
  );
}
