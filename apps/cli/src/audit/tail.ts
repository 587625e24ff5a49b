import { setTimeout as pause } from 'node:timers/promises';
import type { AuditEntry } from '@keybrake/admin-client';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { Connection } from '../connection/connection.js';
import { EXIT } from '../exit-codes.js';
import { asCliError } from '../failures.js';
import { openStream } from './streaming.js';

export interface TailOptions {
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onEntry: (entry: AuditEntry) => Promise<void>;
  /** The connection broke; it is opened again after so long. */
  readonly onBreak: (reason: string, againAfterMs: number) => void;
  /** Where to go on; undefined: with what comes from now on. */
  readonly lastEventId?: string | undefined;
}

const PAUSE_MIN_MS = 250;
const PAUSE_MAX_MS = 10_000;

/** Entries as they are made and as they change, until the signal. After a break it goes on where it was. */
export async function tailAudit(connection: Connection, options: TailOptions): Promise<never> {
  const { onBreak, signal } = options;
  let lastEventId = options.lastEventId;
  let pauseMs = PAUSE_MIN_MS;
  let wasOpen = false;
  for (;;) {
    const reason = await follow(connection, { ...options, lastEventId }, (id) => {
      lastEventId = id ?? lastEventId;
      pauseMs = PAUSE_MIN_MS;
      wasOpen = true;
    }).catch((error: unknown) => {
      // A first try that fails, and a refusal, are for the person; a break of what ran is not.
      if (signal.aborted || !wasOpen || asCliError(error)?.exitCode !== EXIT.unreachable) throw error;
      return asCliError(error)?.message ?? 'the connection broke';
    });
    onBreak(reason, pauseMs);
    await pause(pauseMs, undefined, { signal });
    pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
  }
}

/** Until the server ends the stream, or it breaks. */
async function follow(
  connection: Connection,
  { query, signal, onEntry, lastEventId }: TailOptions,
  onProgress: (id: string | undefined) => void,
): Promise<string> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const body = await openStream(connection, { path: '/v1/audit/tail', query, signal, headers });
  onProgress(undefined);
  const events = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream());
  try {
    for await (const { event, id, data } of events) {
      if (event === 'entry') await onEntry(JSON.parse(data) as AuditEntry);
      onProgress(id);
    }
  } catch (error) {
    if (signal.aborted || !isBroken(error)) throw error;
    return 'the connection broke';
  }
  return 'the server ended the stream';
}

/** Undici says so of a stream that ends in the middle. */
function isBroken(error: unknown): boolean {
  return error instanceof TypeError && /terminated|fetch failed/.test(error.message);
}
