import { answered, entries, type RevokedVaultKey, type VaultKey } from '@keybrake/admin-client';
import { confirmed } from '../ask.js';
import { type CommandLine, type Commands, checkedLimit, listOptions, noteMore, type Run } from '../command-line.js';
import { CliError, EXIT } from '../exit-codes.js';
import { moment } from '../output/amounts.js';
import { escapeText } from '../output/escape.js';
import { fields, table } from '../output/table.js';
import { findPolicy } from '../policies/find.js';

export const keyCommands: Commands = (line, run) =>
  line.command('key', 'vault keys, which agents call with', (key) =>
    [issue, revoke, list].reduce((described, add) => add(described, run), key).demandCommand(1, 'Which of them?'),
  );

function issue(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'issue',
    'make a vault key; its text is shown once',
    (one) =>
      one
        .option('policy', { alias: 'p', type: 'string', demandOption: true, describe: 'its id, or its name' })
        .option('agent-type', {
          alias: 'a',
          type: 'string',
          demandOption: true,
          describe: 'what its spend is counted under',
        })
        .option('label', { type: 'string', describe: 'for people' })
        .option('credential', { type: 'string', describe: 'id of the real key; the newest of the provider' })
        .option('expires', { type: 'string', describe: 'a time, such as 2026-12-31T00:00:00Z' })
        .option('quiet', {
          alias: 'q',
          type: 'boolean',
          default: false,
          describe: 'print the vault key and nothing else',
        })
        .example('keybrake key issue --policy billing --agent-type billing', 'a key under the policy "billing"')
        .example('VAULT_KEY=$(keybrake key issue -p billing -a billing -q)', 'for a script'),
    run(async (context, { policy, agentType, label, credential, expires, quiet }) => {
      const { client } = await context.connect();
      const { id: policyId } = await findPolicy(client, policy);
      const body = {
        agentType,
        policyId,
        ...(label !== undefined && { label }),
        ...(credential !== undefined && { credentialId: credential }),
        ...(expires !== undefined && { expiresAt: expires }),
      };
      const issued = await answered(client.POST('/v1/vault-keys', { body }));
      await context.show(issued, () =>
        quiet ? `${escapeText(issued.vaultKey)}\n` : fields([['vault key', issued.vaultKey], ...described(issued)]),
      );
      if (!quiet) context.terminal.note('Keep the vault key now: it is not shown again.');
    }),
  );
}

const described = (key: VaultKey) =>
  [
    ['id', key.id],
    ['agent type', key.agentType],
    ['provider', key.provider],
    ['policy', key.policyId],
    ['label', key.label],
    ['expires', key.expiresAt],
  ] as const;

function revoke(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'revoke <key..>',
    'the kill switch: no call of the key, or of a key below it, is launched once this has answered',
    (one) =>
      one
        .positional('key', { type: 'string', array: true, demandOption: true, describe: 'ids of keys' })
        .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'do not ask' })
        .example('keybrake key revoke KEY_ID --yes', 'at once'),
    run(async (context, { key: ids, yes }) => {
      const { client } = await context.connect();
      if (!(await confirmed(`Revoke ${ids.join(', ')} for good?`, yes))) {
        throw new CliError(EXIT.refused, 'nothing was revoked');
      }
      // At once, and each whatever became of the others: it is the kill switch.
      const outcomes = await Promise.allSettled(
        ids.map((id) => answered(client.POST('/v1/vault-keys/{id}/revoke', { params: { path: { id } } }))),
      );
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') await context.show(outcome.value, revokedText);
      }
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
    }),
  );
}

const revokedText = ({ id, inForceAfterMs }: RevokedVaultKey) =>
  `${escapeText(id)} revoked, in force after ${inForceAfterMs} ms\n`;

const stateOf = ({ revokedAt, expiresAt }: VaultKey): string => {
  if (revokedAt !== null) return `revoked ${moment(revokedAt)}`;
  if (expiresAt === null) return 'live';
  return Date.parse(expiresAt) <= Date.now() ? `expired ${moment(expiresAt)}` : `live until ${moment(expiresAt)}`;
};

const COLUMNS = [
  { title: 'ID', value: ({ id }: VaultKey) => id },
  { title: 'AGENT TYPE', value: ({ agentType }: VaultKey) => agentType },
  { title: 'PROVIDER', value: ({ provider }: VaultKey) => provider },
  { title: 'POLICY', value: ({ policyId }: VaultKey) => policyId },
  { title: 'STATE (UTC)', value: stateOf },
  { title: 'RUN', value: ({ runId }: VaultKey) => runId },
  { title: 'LABEL', value: ({ label }: VaultKey) => label },
] as const;

function list(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'list',
    'vault keys, newest first, without their texts',
    (one) =>
      one
        .options(listOptions)
        .option('agent-type', { alias: 'a', type: 'string', describe: 'only of this agent type' })
        .option('policy', { alias: 'p', type: 'string', describe: 'only under this policy: its id, or its name' })
        .option('state', { choices: ['live', 'revoked', 'expired'] as const, describe: 'only in this state' })
        .option('search', { type: 'string', describe: 'only with this text in id, label, agent type or run' })
        .example('keybrake key list --agent-type billing', 'the keys of one agent type'),
    run(async (context, { limit, cursor, agentType, policy, state, search }) => {
      const { client } = await context.connect();
      const filter = {
        ...(agentType !== undefined && { agentType }),
        ...(state !== undefined && { state }),
        ...(search !== undefined && { search }),
        ...(policy !== undefined && { policyId: (await findPolicy(client, policy)).id }),
      };
      const page = await entries({ limit: checkedLimit(limit), cursor }, (query) =>
        answered(client.GET('/v1/vault-keys', { params: { query: { ...query, ...filter } } })),
      );
      await context.show(page, ({ data }) => table(COLUMNS, data, context.terminal.dim));
      noteMore(context, page.nextCursor);
    }),
  );
}
