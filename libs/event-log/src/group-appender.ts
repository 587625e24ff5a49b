import { DependencyUnavailable, type EventAppender, type EventCodec, type EventFence } from '@keybrake/application';
import type { AccountId, SpendEvent } from '@keybrake/domain';
import { partitionOf } from './partitioning.js';

/** One event as it goes to the log. */
export interface EncodedEvent {
  readonly partition: number;
  readonly eventId: string;
  readonly body: string;
  /** A launch must follow before anything is forwarded: true for the reservation of a caller's call. */
  readonly precedesLaunch: boolean;
  readonly accountId: AccountId;
  /** W3C `traceparent` of the call that appends it. */
  readonly traceparent: string | undefined;
}

/** Makes a batch durable, all or nothing, or throws. Sending a batch again must not append its events twice. */
export interface LogTransport {
  readonly partitions: number;
  appendBatch(batch: readonly EncodedEvent[]): Promise<void>;
}

export interface GroupAppenderOptions {
  /** Events waiting or in flight; beyond it calls fail at once instead of piling up behind a dead log (R9). */
  readonly queueEventsMax: number;
  readonly queueBytesMax: number;
  readonly batchEventsMax: number;
  /** One event may be larger and then goes alone. */
  readonly batchBytesMax: number;
  readonly retryDelayMs: number;
  /** Of whoever appends now; undefined where nothing is traced. */
  readonly traceparent: () => string | undefined;
  /** A batch is durable; `tookMs` with every attempt at it. */
  readonly onAppended: (events: number, tookMs: number) => void;
  /** A batch failed and will be sent again. */
  readonly onRetry: (error: unknown, events: number) => void;
}

const DEFAULTS: GroupAppenderOptions = {
  queueEventsMax: 2_000,
  queueBytesMax: 16_777_216,
  batchEventsMax: 500,
  batchBytesMax: 1_000_000,
  retryDelayMs: 50,
  traceparent: () => undefined,
  onAppended: () => undefined,
  onRetry: () => undefined,
};

interface Waiting {
  readonly events: readonly EncodedEvent[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while one batch is on its way, new events collect; then all of them go at once. One batch in flight
 * keeps the order of a process's events and lets hundreds of calls share one flush of the log.
 * A batch that failed stays at the head and is sent again as the same bytes until the log takes it.
 */
export class GroupAppender implements EventAppender, EventFence {
  readonly #transport: LogTransport;
  readonly #codec: EventCodec;
  readonly #options: GroupAppenderOptions;
  #queue: Waiting[] = [];
  #queuedEvents = 0;
  #queuedBytes = 0;
  #loop: Promise<void> | undefined;
  #closing = false;
  #failing = false;

  constructor(transport: LogTransport, codec: EventCodec, options: Partial<GroupAppenderOptions> = {}) {
    this.#transport = transport;
    this.#codec = codec;
    this.#options = { ...DEFAULTS, ...options };
  }

  append(accountId: AccountId, events: readonly SpendEvent[]): Promise<void> {
    const partition = partitionOf(accountId, this.#transport.partitions);
    return this.#enqueue(events.map((event) => this.#encoded(partition, event)));
  }

  appendToEachPartition(make: () => SpendEvent): Promise<void> {
    const partitions = Array.from({ length: this.#transport.partitions }, (_, partition) => partition);
    return this.#enqueue(partitions.map((partition) => this.#encoded(partition, make())));
  }

  #encoded(partition: number, event: SpendEvent): EncodedEvent {
    const { eventId, accountId } = event;
    // What the resolver looks up needs no launch.
    const precedesLaunch = event.type === 'SpendReserved' && event.resolves === undefined;
    const traceparent = this.#options.traceparent();
    return { partition, eventId, body: this.#codec.encode(event), precedesLaunch, accountId, traceparent };
  }

  #enqueue(encoded: readonly EncodedEvent[]): Promise<void> {
    const { queueEventsMax, queueBytesMax } = this.#options;
    const isFull = this.#queuedEvents + encoded.length > queueEventsMax || this.#queuedBytes > queueBytesMax;
    if (this.#closing || isFull) return Promise.reject(new DependencyUnavailable('The event log'));
    const bytes = encoded.reduce((sum, { body }) => sum + body.length, 0);
    this.#queuedEvents += encoded.length;
    this.#queuedBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ events: encoded, bytes, resolve, reject });
      this.#loop ??= this.#run();
    });
  }

  /** The log did not take the last attempt, and nothing has been appended since. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Events that are not durable yet. */
  get pendingEvents(): number {
    return this.#queuedEvents;
  }

  /** Takes no more events and waits for those it has; gives up after `withinMs`. True when everything was appended. */
  async close(withinMs: number): Promise<boolean> {
    this.#closing = true;
    if (this.#loop === undefined) return true;
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), withinMs);
    });
    const flushed = await Promise.race([this.#loop.then(() => true as const), expired]);
    clearTimeout(timer);
    if (!flushed) this.#abandon();
    return flushed;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      const error = await this.#appendUntilTaken(group.flatMap(({ events }) => events));
      for (const waiting of group) {
        this.#queuedEvents -= waiting.events.length;
        this.#queuedBytes -= waiting.bytes;
        if (error === undefined) waiting.resolve();
        else waiting.reject(error);
      }
    }
    this.#loop = undefined;
  }

  #takeGroup(): Waiting[] {
    const { batchEventsMax, batchBytesMax } = this.#options;
    let count = 0;
    let events = 0;
    let bytes = 0;
    for (const waiting of this.#queue) {
      events += waiting.events.length;
      bytes += waiting.bytes;
      if (count > 0 && (events > batchEventsMax || bytes > batchBytesMax)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  /** Undefined when appended; an error only for a defect, or when closing gave up. */
  async #appendUntilTaken(batch: readonly EncodedEvent[]): Promise<unknown> {
    const startedMs = performance.now();
    for (;;) {
      try {
        await this.#transport.appendBatch(batch);
        this.#failing = false;
        this.#options.onAppended(batch.length, performance.now() - startedMs);
        return undefined;
      } catch (error) {
        // Anything but an outage would fail the same way for ever, and block every call behind it.
        if (!(error instanceof DependencyUnavailable) || this.#abandoned) return error;
        this.#failing = true;
        this.#options.onRetry(error, batch.length);
        await new Promise((resolve) => setTimeout(resolve, this.#options.retryDelayMs));
      }
    }
  }

  #abandoned = false;

  #abandon(): void {
    this.#abandoned = true;
    for (const waiting of this.#queue.splice(0)) waiting.reject(new DependencyUnavailable('The event log'));
  }
}
