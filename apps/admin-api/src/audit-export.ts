import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { AuditEntry } from '@keybrake/domain';
import { stringify } from 'csv-stringify/sync';
import { auditView } from './schemas/views.js';

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};

type View = ReturnType<typeof auditView>;

/** In the order of the columns. */
const COLUMNS = [
  'startedAt',
  'endedAt',
  'id',
  'vaultKeyId',
  'agentType',
  'runId',
  'provider',
  'operation',
  'endpoint',
  'decision',
  'rule',
  'message',
  'policyId',
  'policyVersion',
  'idempotencyKey',
  'currency',
  'reservedMinor',
  'committedMinor',
  'finalMinor',
  'reservedMicros',
  'committedMicros',
  'finalMicros',
  'state',
  'upstreamStatus',
  'upstreamRequestId',
  'latencyMs',
] as const satisfies readonly (keyof View)[];

/** RFC 4180; a text that a spreadsheet would take for a formula gets a `'` in front. */
const CSV = {
  columns: [...COLUMNS],
  record_delimiter: 'windows',
  escape_formulas: true,
  // A lone one would go out bare.
  quoted_match: /[\r\n]/,
} as const;

const csv = (views: readonly View[], header: boolean) => stringify([...views], { ...CSV, header });

const ndjson = (views: readonly View[]) => views.map((view) => `${JSON.stringify(view)}\n`).join('');

/**
 * The entries as text, read piece by piece as the client takes them. The first piece is read before anything is sent, so
 * that an error then still has an answer of its own; a later one breaks the stream, which the client sees.
 */
export async function exportStream(
  pieces: AsyncIterable<readonly AuditEntry[]>,
  format: ExportFormat,
  onEnd: () => void,
): Promise<Readable> {
  const reading = pieces[Symbol.asyncIterator]();
  const first = await reading.next().catch((error: unknown) => {
    onEnd();
    throw error;
  });
  const stream = Readable.from(textOf(first, reading, format), { objectMode: false });
  void once(stream, 'close').then(onEnd, onEnd);
  return stream;
}

async function* textOf(
  first: IteratorResult<readonly AuditEntry[]>,
  reading: AsyncIterator<readonly AuditEntry[]>,
  format: ExportFormat,
): AsyncGenerator<string> {
  let piece = first;
  let isFirst = true;
  while (piece.done !== true || isFirst) {
    const views = piece.done === true ? [] : piece.value.map(auditView);
    const text = format === 'csv' ? csv(views, isFirst) : ndjson(views);
    isFirst = false;
    if (text !== '') yield text;
    if (piece.done === true) return;
    piece = await reading.next();
  }
}
