import { randomUUID } from 'node:crypto';
import type { SpendEvent } from '@keybrake/domain';
import { jsonEventCodec } from '@keybrake/event-log';
import { CollectingSink } from '@keybrake/testing/collecting-sink';
import { eventually } from '@keybrake/testing/processes';
import type { System } from './system.ts';

/** Every record of a system's spend topic, read by nobody's code but the log's own. */
export async function dumpTopic(system: System): Promise<readonly SpendEvent[]> {
  const sink = new CollectingSink();
  const source = system.topicReader(randomUUID());
  const ends = await source.ends();
  const running = await source.start(sink, sink);
  await eventually(
    'the whole topic to be read',
    () => sink.isAt(ends),
    (all) => all,
    60_000,
  );
  await running.stop();
  return sink.records.map(({ body }) => jsonEventCodec.decode(body));
}
