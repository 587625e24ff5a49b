import { type AuditVerification, answered } from '@keybrake/admin-client';
import type { CommandLine, Run } from '../command-line.js';
import { CliError, EXIT } from '../exit-codes.js';
import { escapeText } from '../output/escape.js';

/** Of all keys of the account and of its daily checkpoints. */
type AccountVerification = Extract<AuditVerification, { checkpoints: unknown }>;

/** A million calls are walked in two minutes; longer than this Node's fetch waits for no answer. */
const TIMEOUT_MS = 300_000;

/** Ends with 1 when an entry was edited, removed or reordered, and names the first. */
export function verifyCommand(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'verify',
    'check that no entry was edited, removed or reordered, of one key or of all',
    (one) =>
      one
        .option('key', { alias: 'k', type: 'string', describe: 'id of a vault key; all of them' })
        .example('keybrake audit verify', 'every key, and the daily checkpoints')
        .example('keybrake audit verify --key KEY_ID', 'one key'),
    run(async (context, { key }) => {
      const { client } = await context.connect(TIMEOUT_MS);
      // Left out, it is every key of the account.
      const query = (key === undefined ? {} : { vaultKeyId: key }) as { vaultKeyId: string };
      const result = await answered(client.GET('/v1/audit/verify', { params: { query } }));
      await context.show(result, (one) => (isOfAccount(one) ? ofAccount(one) : ofKey(key ?? '', one)));
      const isValid = result.valid && (!isOfAccount(result) || result.checkpoints.valid);
      if (!isValid) throw new CliError(EXIT.refused, 'the audit is not as it was written');
    }),
  );
}

function isOfAccount(result: object): result is AccountVerification {
  return 'checkpoints' in result;
}

type KeyVerification = Extract<
  AuditVerification,
  { readonly valid: true; headHash: string } | { entryId: string | null }
>;

function ofKey(key: string, result: KeyVerification): string {
  if (result.valid) return `${escapeText(key)}: ${result.links} links, all as they were written${behind(result)}\n`;
  return badLine({ ...result, vaultKeyId: key });
}

/** From where on, when the first links were dropped by age. */
const behind = ({ prunedLinks }: Pick<AccountVerification, 'prunedLinks'>) =>
  prunedLinks === 0 ? '' : `, behind ${prunedLinks} that were dropped by age`;

function badLine({ vaultKeyId, sequence, entryId, problem }: NonNullable<AccountVerification['firstBad']>): string {
  const [key, entry] = [vaultKeyId, entryId ?? '–'].map(escapeText);
  return `${key}: ${escapeText(problem)}, entry ${entry}, link ${sequence}\n`;
}

function ofAccount({ keys, links, prunedLinks, firstBad, checkpoints }: AccountVerification): string {
  const chains =
    firstBad === null
      ? `${links} links of ${keys} keys, all as they were written${behind({ prunedLinks })}\n`
      : badLine(firstBad);
  const { count, firstBad: badDay } = checkpoints;
  const days =
    badDay === null
      ? `${count} daily checkpoints, all as they were written\n`
      : `checkpoint of ${badDay.day}: ${escapeText(badDay.problem)}\n`;
  return chains + days;
}
