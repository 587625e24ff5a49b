import { answered } from '@keybrake/admin-client';
import type { CommandLine, Run } from '../command-line.js';
import { CliError, EXIT } from '../exit-codes.js';
import { escapeText } from '../output/escape.js';

/** Ends with 1 when an entry was edited, removed or reordered, and names the first. */
export function verifyCommand(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'verify',
    'check that no entry was edited, removed or reordered',
    (one) =>
      one
        .option('key', { alias: 'k', type: 'string', demandOption: true, describe: 'id of a vault key' })
        .example('keybrake audit verify --key KEY_ID', 'one key'),
    run(async (context, { key }) => {
      const { client } = await context.connect();
      const query = { vaultKeyId: key };
      const result = await answered(client.GET('/v1/audit/verify', { params: { query } }));
      await context.show(result, (one) =>
        one.valid
          ? `${escapeText(key)}: ${one.links} links, all as they were written\n`
          : `${escapeText(key)}: ${escapeText(one.problem)}, entry ${escapeText(one.entryId ?? '–')}, link ${one.sequence}\n`,
      );
      if (!result.valid) throw new CliError(EXIT.refused, `the audit of ${key} is not as it was written`);
    }),
  );
}
