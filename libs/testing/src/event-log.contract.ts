import { randomUUID } from 'node:crypto';
import {
  type EventAppender,
  type EventCodec,
  type EventSource,
  OtherLog,
  PositionAhead,
  type RunningSource,
} from '@keybrake/application';
import type { AccountId, CallDenied, EventId, ReservationId } from '@keybrake/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callIdentity } from './call-identity.js';
import { CollectingSink } from './collecting-sink.js';
import { eventually } from './processes.js';

export interface EventLogScene {
  /** Two, as two gateways have. */
  readonly appenders: readonly [EventAppender, EventAppender];
  readonly source: EventSource;
  readonly codec: EventCodec;
  close(): Promise<void>;
}

/** What every event log must do, whatever keeps it. */
export function eventLogContract(name: string, open: () => Promise<EventLogScene>): void {
  describe(`event log on ${name}`, { timeout: 60_000 }, () => {
    let scene: EventLogScene;
    let sink: CollectingSink;
    let running: RunningSource;
    beforeAll(async () => {
      scene = await open();
      sink = new CollectingSink();
      running = await scene.source.start(sink, sink);
    }, 120_000);
    afterAll(async () => {
      await running.stop();
      await scene.close();
    });

    /** The events of an account, once everything that was appended has arrived. */
    async function arrived(account: AccountId) {
      const ends = await scene.source.ends();
      await eventually(
        'the source to deliver everything',
        () => Promise.resolve(sink.isAt(ends)),
        (all) => all,
        30_000,
      );
      const decoded = sink.records.map((record) => ({
        ...record,
        event: scene.codec.decode(record.body) as CallDenied,
      }));
      return decoded.filter(({ event }) => event.accountId === account);
    }

    test('an acknowledged event is delivered as it was, in the partition of its account', async () => {
      const account = newAccount();
      const events = [denial(account, 'first'), denial(account, 'a "quoted" ünïcode line\nand another')];
      await scene.appenders[0].append(account, events);
      const found = await arrived(account);
      expect(found.map(({ event }) => event)).toEqual(events);
      expect(new Set(found.map(({ partition }) => partition)).size).toBe(1);
    });

    test('the events of one appender keep their order, and positions are dense', async () => {
      const account = newAccount();
      const events = Array.from({ length: 500 }, (_, index) => denial(account, String(index)));
      await Promise.all(events.map((event) => scene.appenders[0].append(account, [event])));
      const found = await arrived(account);
      expect(found.map(({ event }) => event.message)).toEqual(events.map(({ message }) => message));
      const first = found[0]?.position ?? 0n;
      expect(found.map(({ position }) => position)).toEqual(found.map((_, index) => first + BigInt(index)));
    });

    test('two appenders at once lose nothing and hold nothing up', async () => {
      const accounts = Array.from({ length: 12 }, newAccount);
      const sent: string[] = [];
      const append = (appender: EventAppender, account: AccountId) => {
        const event = denial(account, 'one of many');
        sent.push(event.eventId);
        return appender.append(account, [event]);
      };
      await Promise.all(
        scene.appenders.flatMap((appender) =>
          accounts.flatMap((account) => Array.from({ length: 20 }, () => append(appender, account))),
        ),
      );
      const found = (await Promise.all(accounts.map(arrived))).flat();
      expect(found).toHaveLength(sent.length);
      expect(new Set(found.map(({ event }) => event.eventId))).toEqual(new Set(sent));
    });

    test('an event of 400 kB, as a sealed answer makes it, arrives whole', async () => {
      const account = newAccount();
      const event = denial(account, 'x'.repeat(400_000));
      await scene.appenders[0].append(account, [event]);
      expect((await arrived(account))[0]?.event).toEqual(event);
    });

    test('many large events at once', async () => {
      const account = newAccount();
      const events = Array.from({ length: 40 }, () => denial(account, 'y'.repeat(150_000)));
      await Promise.all(events.map((event) => scene.appenders[1].append(account, [event])));
      expect(await arrived(account)).toHaveLength(40);
    });

    test('a source that is started again goes on where its sink stands', async () => {
      const account = newAccount();
      await running.stop();
      await scene.appenders[0].append(account, [denial(account, 'meanwhile')]);
      running = await scene.source.start(sink, sink);
      expect(await arrived(account)).toHaveLength(1);
      expect(sink.failures).toEqual([]);
    });

    test('what another reader took meanwhile is not delivered again', async () => {
      const account = newAccount();
      const taken = denial(account, 'taken by another');
      const own = denial(account, 'ours');
      sink.anotherTakesNext = true;
      await scene.appenders[0].append(account, [taken]);
      await arrived(account);
      await scene.appenders[0].append(account, [own]);
      expect((await arrived(account)).map(({ event }) => event.message)).toEqual(['ours']);
    });

    test('a log that is not the one that was read, or has lost its end, stops the source loudly', async () => {
      const account = newAccount();
      await scene.appenders[0].append(account, [denial(account, 'first')]);
      await arrived(account);
      await running.stop();
      await scene.appenders[0].append(account, [denial(account, 'second')]);
      const changed = sink.copy((position) => ({ ...position, lastBodyHash: '0'.repeat(64) }));
      await stopsWith(OtherLog, changed);
      const ahead = sink.copy(({ next }) => ({ next: next + 1_000n, lastBodyHash: undefined }));
      await stopsWith(PositionAhead, ahead);
      running = await scene.source.start(sink, sink);
      expect(await arrived(account)).toHaveLength(2);
    });

    async function stopsWith(kind: typeof OtherLog | typeof PositionAhead, wrong: CollectingSink): Promise<void> {
      const source = await scene.source.start(wrong, wrong);
      await eventually(
        `the source to stop with ${kind.name}`,
        () => Promise.resolve(wrong.fatals),
        (fatals) => fatals.length > 0,
        30_000,
      );
      await source.stop();
      expect(wrong.fatals[0]).toBeInstanceOf(kind);
      expect(wrong.records).toEqual([]);
    }
  });
}

const newAccount = () => `acct${randomUUID().replaceAll('-', '').slice(0, 12)}` as AccountId;

function denial(accountId: AccountId, message: string): CallDenied {
  return {
    type: 'CallDenied',
    eventId: `evt_${randomUUID()}` as EventId,
    accountId,
    occurredAtMs: Date.parse('2026-11-24T12:00:00Z'),
    callId: `rsv_${randomUUID()}` as ReservationId,
    call: callIdentity(),
    rule: 'operation_not_allowed',
    message,
    latencyMs: 1,
  };
}
