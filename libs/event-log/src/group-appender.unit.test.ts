import { DependencyUnavailable } from '@keybrake/application';
import type { AccountId, EventId, SpendEvent } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { jsonEventCodec } from './event-codec.js';
import { type EncodedEvent, GroupAppender, type LogTransport } from './group-appender.js';

const ACCOUNT = 'default' as AccountId;
let serial = 0;

function event(): SpendEvent {
  serial += 1;
  return {
    type: 'IncarnationFenced',
    eventId: `evt_${serial}` as EventId,
    accountId: ACCOUNT,
    occurredAtMs: serial,
    incarnation: 1,
  };
}

/** A log whose batches end when the test says so. */
class HandLog implements LogTransport {
  readonly partitions = 4;
  readonly batches: (readonly EncodedEvent[])[] = [];
  #ends: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #arrived: (() => void) | undefined;

  appendBatch(batch: readonly EncodedEvent[]): Promise<void> {
    this.batches.push(batch);
    this.#arrived?.();
    return new Promise((resolve, reject) => {
      this.#ends.push({ resolve, reject });
    });
  }

  async batchCount(count: number): Promise<void> {
    while (this.batches.length < count) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  succeed(): void {
    this.#ends.shift()?.resolve();
  }

  fail(error: unknown): void {
    this.#ends.shift()?.reject(error);
  }
}

const idsOf = (batch: readonly EncodedEvent[] | undefined) => batch?.map(({ eventId }) => eventId);

test('what comes while a batch is on its way goes together in the next one, in order', async () => {
  const log = new HandLog();
  const appender = new GroupAppender(log, jsonEventCodec);
  const events = [event(), event(), event(), event()];
  const appended = events.map((one) => appender.append(ACCOUNT, [one]));
  await log.batchCount(1);
  log.succeed();
  await log.batchCount(2);
  log.succeed();
  await Promise.all(appended);
  expect(log.batches.map((batch) => batch.length)).toEqual([1, 3]);
  expect(log.batches.flatMap((batch) => idsOf(batch) ?? [])).toEqual(events.map(({ eventId }) => eventId));
});

test('a batch that failed is sent again as the same bytes, and nothing overtakes it', async () => {
  const log = new HandLog();
  const appender = new GroupAppender(log, jsonEventCodec, { retryDelayMs: 0 });
  const first = appender.append(ACCOUNT, [event()]);
  await log.batchCount(1);
  const second = appender.append(ACCOUNT, [event()]);
  log.fail(new DependencyUnavailable('The event log'));
  await log.batchCount(2);
  expect(log.batches[1]).toEqual(log.batches[0]);
  log.succeed();
  await first;
  await log.batchCount(3);
  log.succeed();
  await second;
});

test('a defect rejects its batch and does not block the next', async () => {
  const log = new HandLog();
  const appender = new GroupAppender(log, jsonEventCodec);
  const first = appender.append(ACCOUNT, [event()]);
  await log.batchCount(1);
  log.fail(new TypeError('defect'));
  await expect(first).rejects.toThrow('defect');
  const second = appender.append(ACCOUNT, [event()]);
  await log.batchCount(2);
  log.succeed();
  await second;
});

test('a full queue says no at once instead of growing', async () => {
  const log = new HandLog();
  const appender = new GroupAppender(log, jsonEventCodec, { queueEventsMax: 2 });
  const first = appender.append(ACCOUNT, [event(), event()]);
  await expect(appender.append(ACCOUNT, [event()])).rejects.toBeInstanceOf(DependencyUnavailable);
  await log.batchCount(1);
  log.succeed();
  await first;
  expect(appender.pendingEvents).toBe(0);
});

test('closing flushes what is queued and takes nothing more', async () => {
  const log = new HandLog();
  const appender = new GroupAppender(log, jsonEventCodec);
  const first = appender.append(ACCOUNT, [event()]);
  const closed = appender.close(1_000);
  await expect(appender.append(ACCOUNT, [event()])).rejects.toBeInstanceOf(DependencyUnavailable);
  await log.batchCount(1);
  log.succeed();
  expect(await closed).toBe(true);
  await first;
});
