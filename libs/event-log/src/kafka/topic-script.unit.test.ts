import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { topicSettings } from './kafka-topic.js';

const script = fileURLToPath(new URL('../../../../deploy/kafka/topics-and-acls.sh', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'keybrake-script-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the script would ask Kafka's programs for, a line each. */
function asked(env: Record<string, string>): readonly string[] {
  for (const name of ['kafka-topics.sh', 'kafka-acls.sh']) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} "$@"\n`, { mode: 0o755 });
  }
  const PATH = `${folder}:${process.env.PATH}`;
  return execFileSync(script, ['kafka:9092', 'admin'], { env: { PATH, ...env }, encoding: 'utf8' })
    .trim()
    .split('\n');
}

test.each(['1', '2', '3', '5'])('with %s copies the script gives its topics what the apps ask of them', (copies) => {
  const topics = asked({ KEYBRAKE_KAFKA_REPLICATION_FACTOR: copies }).filter((line) => line.startsWith('kafka-topics'));
  expect(topics).toHaveLength(2);
  for (const line of topics) {
    const given = [...line.matchAll(/--config (\S+?)=(\S+)/g)].map(([, name, value]) => [name, value]);
    expect(Object.fromEntries(given)).toEqual(
      topicSettings({ replicationFactor: Number(copies), retentionMs: undefined }),
    );
    expect(line).toContain(`--partitions 8 --replication-factor ${copies}`);
  }
});

test('the log is kept as long as the apps are told, what was decided forever', () => {
  const kept = asked({ KEYBRAKE_LOG_RETENTION_DAYS: '30' }).flatMap(
    (line) => /--config (retention\.ms=\S+)/.exec(line)?.[1] ?? [],
  );
  expect(kept).toEqual(['retention.ms=2592000000', 'retention.ms=-1']);
});

test('its names are the apps’ own, and so are those that the settings give', () => {
  const told = asked({ KEYBRAKE_KAFKA_TOPIC_PREFIX: 'two', KEYBRAKE_KAFKA_PARTITIONS: '4' });
  expect(told.filter((line) => line.includes('--topic two.spend.v1 --partitions 4'))).toHaveLength(1);
  expect(told.filter((line) => line.includes('--topic two.governance.v1 --partitions 4'))).toHaveLength(1);
  expect(told.at(-1)).toContain('--topic two.spend.v1 --group two.ledger --operation Read');
  expect(asked({}).at(-1)).toContain('User:keybrake-ledger --topic keybrake.spend.v1 --group keybrake.ledger');
});
