import { randomUUID } from 'node:crypto';
import type { EventAppender, EventCodec, EventReader, LogRecord } from '@keybrake/application';
import type { AccountId, CallDenied, EventId, PolicyId, ReservationId, VaultKeyId } from '@keybrake/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

export interface EventLogScene {
  /** Two, as two gateways have. */
  readonly appenders: readonly [EventAppender, EventAppender];
  readonly reader: EventReader;
  readonly codec: EventCodec;
  close(): Promise<void>;
}

/** What every event log must do, whatever keeps it. */
export function eventLogContract(name: string, open: () => Promise<EventLogScene>): void {
  describe(`event log on ${name}`, () => {
    let scene: EventLogScene;
    beforeAll(async () => {
      scene = await open();
    });
    afterAll(() => scene.close());

    test('an acknowledged event is read back as it was, in the partition of its account', async () => {
      const account = newAccount();
      const events = [denial(account, 'first'), denial(account, 'a "quoted" ünïcode line\nand another')];
      const before = await scene.reader.ends();
      await scene.appenders[0].append(account, events);
      const found = await appendedSince(before);
      expect(found.map(({ event }) => event)).toEqual(events);
      expect(new Set(found.map(({ partition }) => partition)).size).toBe(1);
    });

    test('the events of one appender keep their order, and positions are dense', async () => {
      const account = newAccount();
      const events = Array.from({ length: 500 }, (_, index) => denial(account, String(index)));
      const before = await scene.reader.ends();
      await Promise.all(events.map((event) => scene.appenders[0].append(account, [event])));
      const found = await appendedSince(before);
      expect(found.map(({ event }) => event.message)).toEqual(events.map(({ message }) => message));
      const first = found[0]?.position ?? 0n;
      expect(found.map(({ position }) => position)).toEqual(found.map((_, index) => first + BigInt(index)));
    });

    test('two appenders at once lose nothing and hold nothing up', async () => {
      const accounts = Array.from({ length: 12 }, newAccount);
      const before = await scene.reader.ends();
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
      const found = await appendedSince(before);
      expect(found).toHaveLength(480);
      expect(found.map(({ event }) => event.eventId).sort()).toEqual(sent.sort());
    });

    test('a reader takes pieces of the size it asks for, and nothing at the end', async () => {
      const account = newAccount();
      const before = await scene.reader.ends();
      await scene.appenders[1].append(
        account,
        Array.from({ length: 5 }, () => denial(account, 'piece')),
      );
      const after = await scene.reader.ends();
      const partition = [...after.keys()].find((one) => after.get(one) !== before.get(one)) ?? -1;
      const from = before.get(partition) ?? 0n;
      expect(await scene.reader.read(partition, from, 2)).toHaveLength(2);
      expect(await scene.reader.read(partition, from + 2n, 100)).toHaveLength(3);
      expect(await scene.reader.read(partition, from + 5n, 100)).toEqual([]);
    });

    test('an event of 400 kB, as a sealed answer makes it, arrives whole', async () => {
      const account = newAccount();
      const event = denial(account, 'x'.repeat(400_000));
      const before = await scene.reader.ends();
      await scene.appenders[0].append(account, [event]);
      expect((await appendedSince(before))[0]?.event).toEqual(event);
    });

    async function appendedSince(before: ReadonlyMap<number, bigint>) {
      const ends = [...(await scene.reader.ends())];
      const parts = await Promise.all(
        ends.map(([partition, end]) => recordsBetween(scene.reader, partition, before.get(partition) ?? 0n, end)),
      );
      return parts.flat().map(({ body, ...place }) => ({ ...place, event: scene.codec.decode(body) as CallDenied }));
    }
  });
}

async function recordsBetween(reader: EventReader, partition: number, from: bigint, end: bigint) {
  const found: LogRecord[] = [];
  for (let position = from; position < end; ) {
    const records = await reader.read(partition, position, 200);
    if (records.length === 0) throw new Error(`partition ${partition} ends before ${end}`);
    found.push(...records);
    position += BigInt(records.length);
  }
  return found;
}

const newAccount = () => `acct${randomUUID().replaceAll('-', '').slice(0, 12)}` as AccountId;

function denial(accountId: AccountId, message: string): CallDenied {
  return {
    type: 'CallDenied',
    eventId: `evt_${randomUUID()}` as EventId,
    accountId,
    occurredAtMs: Date.parse('2026-11-24T12:00:00Z'),
    callId: `rsv_${randomUUID()}` as ReservationId,
    call: {
      vaultKeyId: 'k1' as VaultKeyId,
      rootKeyId: 'k1' as VaultKeyId,
      agentType: 'billing',
      runId: undefined,
      provider: 'stripe',
      operation: 'charges:write',
      endpoint: 'POST /v1/charges',
      policyId: 'pol_1' as PolicyId,
      policyVersion: 1,
      timeZone: 'UTC',
      idempotencyKey: undefined,
      amount: undefined,
      direction: undefined,
    },
    rule: 'operation_not_allowed',
    message,
    latencyMs: 1,
  };
}
