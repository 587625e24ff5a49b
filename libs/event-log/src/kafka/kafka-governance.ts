import type { GovernanceNote, GovernancePublisher } from '@keybrake/application';
import { partitionOf } from '../partitioning.js';
import type { KafkaLogTransport } from './kafka-log-transport.js';

/** Version of the JSON form of a governance event. */
const SCHEMA_VERSION = 1;

/** Governance changes as events of their own topic, in the order of the outbox per account; ids repeat when one is sent again. */
export class KafkaGovernancePublisher implements GovernancePublisher {
  readonly #transport: KafkaLogTransport;

  constructor(transport: KafkaLogTransport) {
    this.#transport = transport;
  }

  async publish(notes: readonly GovernanceNote[]): Promise<void> {
    await this.#transport.sendMessages(
      notes.map(({ id, atMs, ...note }) => ({
        partition: partitionOf(note.accountId, this.#transport.partitions),
        key: note.accountId,
        value: JSON.stringify({ schemaVersion: SCHEMA_VERSION, eventId: id, occurredAtMs: atMs, ...note }),
      })),
    );
  }
}
