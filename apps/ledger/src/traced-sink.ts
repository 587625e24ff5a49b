import type { LogRecord, RecordSink } from '@keybrake/application';
import { contextOf, type TracedLog } from '@keybrake/platform';
import { type Context, type Link, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import {
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_DESTINATION_PARTITION_ID,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '@opentelemetry/semantic-conventions/incubating';

/**
 * A chunk is one transaction of many calls: its span links to each of them, and each call's own trace gets a span of the
 * fold, with the times of that transaction.
 */
export function tracedSink(sink: RecordSink, log: TracedLog, tracer: Tracer): RecordSink {
  return {
    positions: () => sink.positions(),
    take: async (partition, records) => {
      const traced = tracesOf(records);
      if (traced.length === 0) return sink.take(partition, records);
      const startTime = Date.now();
      const taken = await sink.take(partition, records);
      if (taken) tell(tracer, attributesOf(log, partition, records.length), traced, startTime);
      return taken;
    },
  };
}

const attributesOf = ({ system, destination }: TracedLog, partition: number, records: number) => ({
  [ATTR_MESSAGING_SYSTEM]: system,
  [ATTR_MESSAGING_OPERATION_NAME]: 'fold',
  [ATTR_MESSAGING_OPERATION_TYPE]: 'process',
  [ATTR_MESSAGING_DESTINATION_NAME]: destination,
  [ATTR_MESSAGING_DESTINATION_PARTITION_ID]: String(partition),
  [ATTR_MESSAGING_BATCH_MESSAGE_COUNT]: records,
});

interface TracedCall {
  readonly parent: Context;
  readonly link: Link;
}

/** One for each call, however many of its records are in the chunk. */
function tracesOf(records: readonly LogRecord[]): readonly TracedCall[] {
  const traceparents = new Set(records.flatMap(({ traceparent }) => (traceparent === undefined ? [] : [traceparent])));
  return [...traceparents].flatMap((traceparent) => {
    const parent = contextOf(traceparent);
    const context = trace.getSpanContext(parent);
    return context === undefined ? [] : [{ parent, link: { context } }];
  });
}

function tell(
  tracer: Tracer,
  attributes: ReturnType<typeof attributesOf>,
  traced: readonly TracedCall[],
  startTime: number,
): void {
  const endTime = Date.now();
  const name = `fold ${attributes[ATTR_MESSAGING_DESTINATION_NAME]}`;
  const links = traced.map(({ link }) => link);
  const chunk = tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes, links, startTime, root: true });
  for (const { parent } of traced) {
    const options = { kind: SpanKind.CONSUMER, attributes, startTime, links: [{ context: chunk.spanContext() }] };
    tracer.startSpan(name, options, parent).end(endTime);
  }
  chunk.end(endTime);
}
