import type { AccountId, Currency, PolicyId, SpendEvent, VaultKeyId } from '@keybrake/domain';
import { createKafka, jsonEventCodec, partitionOf } from '@keybrake/event-log';
import { type KafkaSettings, systemRuntime } from '@keybrake/platform';
import type { Admin, Kafka, Producer } from 'kafkajs';
import type { System } from './system.ts';

/** Writes to a system's spend topic as its gateways would, and as nobody should. */
export class TopicWriter {
  readonly #settings: KafkaSettings;
  readonly #kafka: Kafka;
  #producer: Producer | undefined;

  constructor(system: Pick<System, 'kafkaSettings'>) {
    this.#settings = system.kafkaSettings;
    this.#kafka = createKafka({ ...this.#settings, clientId: 'test-writer', onTrouble: () => undefined });
  }

  async write(events: readonly SpendEvent[]): Promise<void> {
    const { partitions } = this.#settings;
    for (let start = 0; start < events.length; start += 500) {
      await this.#send(
        events.slice(start, start + 500).map((event) => ({
          partition: partitionOf(event.accountId, partitions),
          key: event.accountId,
          value: jsonEventCodec.encode(event),
        })),
      );
    }
  }

  /** To the first partition. */
  async writeRaw(bodies: readonly string[], key: string): Promise<void> {
    await this.#send(bodies.map((value) => ({ partition: 0, key, value })));
  }

  async deleteBefore(ends: ReadonlyMap<number, bigint>): Promise<void> {
    await this.#asAdmin(async (admin) => {
      const partitions = [...ends].map(([partition, end]) => ({ partition, offset: end.toString() }));
      // kafkajs looks for the leaders in what it has asked for before.
      await admin.fetchTopicOffsets(this.#settings.spendTopic);
      await admin.deleteTopicRecords({ topic: this.#settings.spendTopic, partitions });
    });
  }

  async close(): Promise<void> {
    await this.#producer?.disconnect();
  }

  async #send(messages: { partition: number; key: string; value: string }[]): Promise<void> {
    if (this.#producer === undefined) {
      this.#producer = this.#kafka.producer({ allowAutoTopicCreation: false });
      await this.#producer.connect();
    }
    await this.#producer.send({ topic: this.#settings.spendTopic, acks: -1, messages });
  }

  async #asAdmin(work: (admin: Admin) => Promise<void>): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    await work(admin).finally(() => admin.disconnect());
  }
}

const USD = 'usd' as Currency;

/** One charge as the log tells it: reserved, and committed with the same amount. */
export function callEvents(accountId: AccountId, amountMicros: bigint): SpendEvent[] {
  const nowMs = Date.now();
  const reservationId = systemRuntime.newReservationId();
  const base = () => ({ eventId: systemRuntime.newEventId(), accountId, occurredAtMs: nowMs });
  // A vault key belongs to one account, and so do the partition and the audit chain.
  const key = `key-${accountId}` as VaultKeyId;
  return [
    {
      type: 'SpendReserved',
      ...base(),
      reservationId,
      incarnation: 1_000,
      call: {
        vaultKeyId: key,
        rootKeyId: key,
        agentType: 'billing',
        runId: undefined,
        provider: 'stripe',
        operation: 'charges:write',
        endpoint: 'POST /v1/charges',
        policyId: 'pol_test' as PolicyId,
        policyVersion: 1,
        timeZone: 'UTC',
        idempotencyKey: reservationId,
        amount: { currency: USD, micros: amountMicros },
        direction: 'in',
      },
      fingerprint: 'body',
      reservedAtMs: nowMs,
      holds: [
        {
          counter: `key/${key}/day/UTC/usd/any`,
          scope: 'key',
          scopeId: key,
          window: 'day',
          windowId: new Date(nowMs).toISOString().slice(0, 10),
          windowEndsAtMs: nowMs + 86_400_000,
          currency: USD,
          direction: 'any',
          limitMicros: 1_000_000_000_000n,
          amountMicros,
        },
      ],
    },
    {
      type: 'SpendCommitted',
      ...base(),
      reservationId,
      actualMicros: amountMicros,
      upstream: { status: 200, requestId: undefined, latencyMs: 3 },
      completedAtMs: nowMs,
      sealedResponse: undefined,
    },
  ];
}
