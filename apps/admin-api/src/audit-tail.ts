import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AuditFilter, AuditReports } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import type { AuditTails } from './audit-tails.js';
import { Problem } from './http/problem.js';
import { auditView } from './schemas/views.js';

const HEARTBEAT_MS = 15_000;
const CHANGES_AT_A_TIME = 200;
/** A client that takes nothing for so long is cut off; it comes back with the last id that it has seen. */
const SLOW_CLIENT_MS = 30_000;
/** Then the client has to come back with a token that is still good. */
const SIGNED_IN_MS = 600_000;
const RECONNECT_MS = 1_000;

export const TAIL_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would keep events back.
  'x-accel-buffering': 'no',
} as const;

/** The place in a `Last-Event-ID`; undefined without one. Throws the refusal of anything else. */
export function lastSeen(lastEventId: string | undefined): bigint | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  if (/^(-1|\d{1,18})$/.test(lastEventId)) return BigInt(lastEventId);
  throw Problem.invalid([
    { pointer: '/Last-Event-ID', detail: 'This is not the id of an event. Start again without it.' },
  ]);
}

export interface Tail {
  readonly accountId: AccountId;
  readonly filter: AuditFilter;
  /** The last change that the client has seen. */
  readonly after: bigint;
}

/**
 * Writes the account's changes to the client as server-sent events, from the place on where it stands, in the order in
 * which the ledger folded them. It is read at the client's pace: nothing is kept for it here. Ends when the client goes,
 * takes nothing, or the process stops, and after some minutes in any case; breaks off on an error. Then the client comes
 * back and goes on.
 */
export async function writeTail(
  response: ServerResponse,
  tail: Tail,
  audit: Pick<AuditReports, 'changes'>,
  tails: AuditTails,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, tails.closing, AbortSignal.timeout(SIGNED_IN_MS)]);
  try {
    await tails.follow(tail.accountId, async (poll) => {
      let { after } = tail;
      await write(response, `retry: ${RECONNECT_MS}\n${place(after)}`, signal);
      while (!signal.aborted) {
        const { changes, last } = await audit.changes(tail.accountId, tail.filter, after, CHANGES_AT_A_TIME);
        for (const { position, entry } of changes) {
          await write(response, `event: entry\nid: ${position}\ndata: ${JSON.stringify(auditView(entry))}\n\n`, signal);
        }
        // What was passed over by the filter need not be looked at again either.
        if (last > (changes.at(-1)?.position ?? after)) await write(response, place(last), signal);
        if (last > after) after = last;
        else await waitForChange(response, poll, after, signal);
      }
    });
    response.end();
  } catch (error) {
    response.destroy();
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  }
}

/** An event without data only moves the client's last id. */
const place = (position: bigint) => `id: ${position}\n\n`;

interface Poll {
  changedFrom(position: bigint, withinMs: number, signal: AbortSignal): Promise<void>;
}

async function waitForChange(response: ServerResponse, poll: Poll, after: bigint, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  await poll.changedFrom(after, HEARTBEAT_MS, signal);
  if (performance.now() - startedAtMs >= HEARTBEAT_MS) await write(response, ': heartbeat\n\n', signal);
}

async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (response.write(text)) return;
  await once(response, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(SLOW_CLIENT_MS)]) });
}
