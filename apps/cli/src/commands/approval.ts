import { type Approval, answered, entries } from '@keybrake/admin-client';
import { confirmed } from '../ask.js';
import { type CommandLine, type Commands, checkedLimit, listOptions, noteMore, type Run } from '../command-line.js';
import { CliError, EXIT } from '../exit-codes.js';
import { moment } from '../output/amounts.js';
import { escapeText } from '../output/escape.js';
import { table } from '../output/table.js';

export const approvalCommands: Commands = (line, run) =>
  line.command('approval', 'calls that wait for a person', (approvals) =>
    [list, approve, deny].reduce((described, add) => add(described, run), approvals).demandCommand(1, 'Which of them?'),
  );

const COLUMNS = [
  { title: 'ID', value: ({ id }: Approval) => id },
  { title: 'ASKED (UTC)', value: ({ requestedAt }: Approval) => moment(requestedAt) },
  { title: 'AGENT TYPE', value: ({ agentType }: Approval) => agentType },
  { title: 'CALL', value: ({ provider, endpoint }: Approval) => `${provider} ${endpoint}` },
  { title: 'AMOUNT', value: ({ amount }: Approval) => amount, align: 'right' },
  { title: 'VOTES', value: ({ votes, approvers }: Approval) => `${votes.length} of ${approvers}`, align: 'right' },
  { title: 'UNTIL (UTC)', value: ({ expiresAt }: Approval) => moment(expiresAt) },
] as const;

function list(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'list',
    'what waits for a decision, the last first',
    (one) => one.options(listOptions).example('keybrake approval list', 'what waits for a decision'),
    run(async (context, { limit, cursor }) => {
      const { client } = await context.connect();
      const page = await entries({ limit: checkedLimit(limit), cursor }, (query) =>
        answered(client.GET('/v1/approvals', { params: { query: { ...query, state: 'waiting' } } })),
      );
      await context.show(page, ({ data }) => table(COLUMNS, data, context.terminal.dim));
      noteMore(context, page.nextCursor);
    }),
  );
}

const approve = (line: CommandLine, run: Run) =>
  vote(line, run, 'approve', 'let the call through, once', 'Let it spend its amount');
const deny = (line: CommandLine, run: Run) =>
  vote(line, run, 'deny', 'refuse the call and give its amount back', 'Refuse it, for good');

function vote(line: CommandLine, run: Run, word: 'approve' | 'deny', what: string, question: string): CommandLine {
  return line.command(
    `${word} <approval>`,
    `${what}; recorded with your name`,
    (one) =>
      one
        .positional('approval', { type: 'string', demandOption: true, describe: 'its id' })
        .option('note', { type: 'string', describe: 'why: it stays with the decision' })
        .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'do not ask' })
        .example(`keybrake approval ${word} APPROVAL_ID --note "invoice 17"`, what),
    run(async (context, { approval: id, note, yes }) => {
      const { client } = await context.connect();
      if (!(await confirmed(`${question}?`, yes))) throw new CliError(EXIT.refused, 'nothing was decided');
      const request = { params: { path: { id } }, body: note === undefined ? {} : { note } };
      const voted = await answered(
        word === 'approve'
          ? client.POST('/v1/approvals/{id}/approve', request)
          : client.POST('/v1/approvals/{id}/deny', request),
      );
      await context.show(voted, (one) => `${escapeText(one.id)} is ${saidOf(one)}\n`);
    }),
  );
}

const saidOf = ({ state, votes, approvers }: Approval): string =>
  state === 'waiting' ? `waiting for ${approvers - votes.length} more` : state;
