import { answered, entries, type Policy } from '@keybrake/admin-client';
import type { JsonDifference } from '@keybrake/domain';
import { type CommandLine, type Commands, checkedLimit, listOptions, noteMore, type Run } from '../command-line.js';
import type { Context } from '../context.js';
import { usage } from '../exit-codes.js';
import { amount, moment } from '../output/amounts.js';
import { escapeText } from '../output/escape.js';
import { fields, table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { type AppliedPolicy, applyPolicy, foretold, planPolicies } from '../policies/apply.js';
import { describeChange } from '../policies/changes.js';
import { findPolicy, findVersion } from '../policies/find.js';
import { readPolicies, writable } from '../policies/policy-file.js';

const FILE_EXAMPLE = 'policies/billing.yaml';

export const policyCommands: Commands = (line, run) =>
  line.command('policy', 'what agents may do and spend', (policy) =>
    [apply, list, show, diff]
      .reduce((described, add) => add(described, run), policy)
      .demandCommand(1, 'Which of them?'),
  );

function apply(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'apply',
    'make or revise policies as files say; a policy that was changed meanwhile is left alone',
    (one) =>
      one
        .option('file', {
          alias: 'f',
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'JSON or YAML, a folder, or - for stdin',
        })
        .option('dry-run', { type: 'boolean', default: false, describe: 'only show what would change' })
        .example(`keybrake policy apply -f ${FILE_EXAMPLE} --dry-run`, 'show what would change')
        .example('keybrake policy apply -f policies/', 'every policy of a folder'),
    run(async (context, { file, dryRun }) => {
      const { client } = await context.connect();
      const planned = await planPolicies(client, await readPolicies(file));
      const applied: AppliedPolicy[] = [];
      try {
        for (const one of planned) applied.push(dryRun ? foretold(one) : await applyPolicy(client, one));
      } finally {
        // Also when a later one fails: what was done is done.
        await context.show({ dryRun, data: applied }, ({ data }) =>
          data.map((one) => toldOf(one, context, dryRun)).join(''),
        );
      }
    }),
  );
}

function toldOf(
  { action, name, provider, id, version, changes }: AppliedPolicy,
  { terminal }: Context,
  isDry: boolean,
): string {
  const would = isDry && action !== 'unchanged' ? `would be ${action}` : action;
  const title = `${escapeText(`${name} (${provider})`)}  ${id ?? ''}  ${would}${action === 'unchanged' ? '' : `, version ${version}`}`;
  return `${title.replace(/ {3,}/, '  ')}\n${changesText(changes, terminal)}`;
}

const COLOURS = { '+': 'green', '-': 'red', '~': 'yellow' } as const;

function changesText(changes: readonly JsonDifference[], terminal: Terminal): string {
  const lines = changes.map(describeChange);
  return lines.map(({ sign, text }) => `${terminal.style(COLOURS[sign], `  ${sign} ${escapeText(text)}`)}\n`).join('');
}

function list(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'list',
    'current versions, newest policy first',
    (one) => one.options(listOptions).example('keybrake policy list', 'the policies of the account'),
    run(async (context, { limit, cursor }) => {
      const { client } = await context.connect();
      const page = await entries({ limit: checkedLimit(limit), cursor }, (query) =>
        answered(client.GET('/v1/policies', { params: { query } })),
      );
      await context.show(page, ({ data }) => table(COLUMNS, data, context.terminal.dim));
      noteMore(context, page.nextCursor);
    }),
  );
}

const WINDOWS = { day: 'a day', month: 'a month', rolling_24h: 'in any 24 hours', total: 'in total' };

const capsOf = ({ caps }: Pick<Policy, 'caps'>): string =>
  caps
    .map(({ limitMinor, currency, window, scope, direction }) => {
      const way = direction === 'any' ? '' : ` ${direction}`;
      return `${amount(limitMinor, currency)} ${WINDOWS[window]} per ${scope.replace('_', ' ')}${way}`;
    })
    .join(', ');

const COLUMNS = [
  { title: 'ID', value: ({ id }: Policy) => id },
  { title: 'NAME', value: ({ name }: Policy) => name },
  { title: 'PROVIDER', value: ({ provider }: Policy) => provider },
  { title: 'VERSION', value: ({ version }: Policy) => version, align: 'right' },
  { title: 'CHANGED (UTC)', value: ({ versionCreatedAt }: Policy) => moment(versionCreatedAt) },
  { title: 'CAPS', value: capsOf },
] as const;

function show(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'show <policy>',
    'one policy, by id or name; --json gives a file to edit and apply',
    (one) =>
      one
        .positional('policy', { type: 'string', demandOption: true, describe: 'its id, or its name' })
        .option('version', { type: 'number', describe: 'an earlier version' })
        .example('keybrake policy show billing --json > policies/billing.json', 'take it into a file'),
    run(async (context, options) => {
      const { client } = await context.connect();
      const current = await findPolicy(client, options.policy);
      const policy = options.version === undefined ? current : await findVersion(client, current, options.version);
      await context.show(policy, shown);
    }),
  );
}

const SHOWN_APART = ['name', 'provider', 'caps'];

function shown(policy: Policy): string {
  const rest = Object.entries(writable(policy)).filter(([name]) => !SHOWN_APART.includes(name));
  return fields([
    ['id', policy.id],
    ['name', policy.name],
    ['provider', policy.provider],
    ['version', `${policy.version}, of ${moment(policy.versionCreatedAt)} UTC`],
    ['caps', capsOf(policy)],
    ...rest.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const),
  ]);
}

function diff(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'diff <policy>',
    'what changed between two versions',
    (one) =>
      one
        .positional('policy', { type: 'string', demandOption: true, describe: 'its id, or its name' })
        .option('from', { type: 'number', describe: 'the one before --to' })
        .option('to', { type: 'number', describe: 'the current version' })
        .example('keybrake policy diff billing', 'the last change')
        .example('keybrake policy diff billing --from 1 --to 4', 'all changes between two versions'),
    run(async (context, options) => {
      const { client } = await context.connect();
      const current = await findPolicy(client, options.policy);
      const to = options.to ?? current.version;
      const from = options.from ?? to - 1;
      if (from < 1) throw usage(`policy ${current.id} has one version only: there is nothing to compare`);
      const query = { from, to };
      const answer = await answered(
        client.GET('/v1/policies/{id}/diff', { params: { path: { id: current.id }, query } }),
      );
      await context.show(answer, ({ changes }) => changesText(changes, context.terminal));
      if (answer.changes.length === 0) context.terminal.note(`Versions ${from} and ${to} are the same.`);
    }),
  );
}
