import { type AuditEntry, answered, entries } from '@keybrake/admin-client';
import { auditColumns, entryLine } from '../audit/entry-lines.js';
import { exportToFile, exportToStdout } from '../audit/export.js';
import { auditFilters, toAuditQuery } from '../audit/filters.js';
import { openStream } from '../audit/streaming.js';
import { tailAudit } from '../audit/tail.js';
import { type CommandLine, type Commands, checkedLimit, listOptions, noteMore, type Run } from '../command-line.js';
import { escapeJson, escapeText } from '../output/escape.js';
import { table } from '../output/table.js';
import { verifyCommand } from './audit-verify.js';

export const auditCommands: Commands = (line, run) =>
  line.command('audit', 'every call, denial and replay', (audit) =>
    [search, tail, verifyCommand, exportAll]
      .reduce((described, add) => add(described, run), audit)
      .demandCommand(1, 'Which of them?'),
  );

function search(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'search',
    'entries, newest first',
    (one) =>
      one
        .options(auditFilters)
        .options(listOptions)
        .example('keybrake audit search --run RUN_ID', 'what a run did')
        .example('keybrake audit search --decision denied --from 24h', 'what was refused in the last day'),
    run(async (context, { limit, cursor, ...filters }) => {
      const { client } = await context.connect();
      const filter = toAuditQuery(filters, Date.now());
      const page = await entries({ limit: checkedLimit(limit), cursor }, (query) =>
        answered(client.GET('/v1/audit', { params: { query: { ...filter, ...query } } })),
      );
      await context.show(page, ({ data }) => table(auditColumns, data, context.terminal.dim));
      noteMore(context, page.nextCursor);
    }),
  );
}

function tail(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'tail',
    'entries as they are made and as they change, until Ctrl-C; goes on by itself after a break',
    (one) =>
      one
        .options(auditFilters)
        .option('since', { type: 'string', describe: 'the id of an event: go on after it' })
        .example('keybrake audit tail --agent-type billing', 'watch one agent type')
        .example('keybrake audit tail --json | jq .operation', 'one entry a line, for a script'),
    run(async (context, { since, ...filters }) => {
      const { terminal, isJson, signal } = context;
      const write = (entry: AuditEntry) =>
        terminal.out(`${isJson ? escapeJson(entry) : entryLine(entry).map(escapeText).join('  ')}\n`);
      await tailAudit(await context.connect(), {
        query: toAuditQuery(filters, Date.now()),
        signal,
        lastEventId: since,
        onEntry: write,
        onBreak: (reason, againAfterMs) => terminal.note(`keybrake: ${reason}; again in ${againAfterMs} ms`),
      });
    }),
  );
}

function exportAll(line: CommandLine, run: Run): CommandLine {
  return line.command(
    'export',
    'all entries, newest first, as NDJSON or CSV',
    (one) =>
      one
        .options(auditFilters)
        .option('format', {
          choices: ['ndjson', 'csv'] as const,
          default: 'ndjson' as const,
          describe: 'form of the lines',
        })
        .option('output', { alias: 'o', type: 'string', describe: 'a file; stdout' })
        .example(
          'keybrake audit export --format csv -o november.csv --from 2026-11-01T00:00:00Z',
          'a month, for a spreadsheet',
        )
        .example('keybrake audit export | jq -c "select(.decision == \\"denied\\")"', 'into another program'),
    run(async (context, { format, output, ...filters }) => {
      const query = { ...toAuditQuery(filters, Date.now()), format };
      const { signal, terminal } = context;
      const bytes = await openStream(await context.connect(), { path: '/v1/audit/export', query, signal });
      if (output === undefined) return exportToStdout(bytes, terminal);
      const written = await exportToFile(bytes, output, signal);
      terminal.note(`${output}: ${written} bytes`);
    }),
  );
}
