import type { CallSummary } from '@keybrake/application';
import type { VaultKeyId } from '@keybrake/domain';
import { createMetrics } from '@keybrake/platform';
import { expect, test } from 'vitest';
import { CALL_SERIES, callInstruments, createCallObserver } from './call-metrics.js';
import { vaultKeyLabels } from './vault-key-labels.js';

const keyIds = Array.from({ length: 1_002 }, (_, index) => `key${String(index).padStart(5, '0')}` as VaultKeyId);

test('the first keys are labels, one after the bound is another, and a stranger is none', () => {
  const labelsOf = vaultKeyLabels(2);
  const [first, second, third] = keyIds;
  expect([first, second, third, first, undefined, second, third].map((id) => labelsOf(id).vault_key)).toEqual([
    first,
    second,
    'other',
    first,
    '',
    second,
    'other',
  ]);
});

const summary = (decision: CallSummary['decision'], vaultKeyId: VaultKeyId | undefined): CallSummary => ({
  provider: 'stripe',
  operation: 'charges:write',
  endpoint: 'POST /v1/charges',
  decision,
  rule: undefined,
  status: 200,
  totalMs: 1,
  upstreamMs: 0,
  phasesMs: {},
  isDuplicate: false,
  shadowRule: undefined,
  vaultKeyId,
});

/** The counter's lines after calls of each key with each of three decisions, and one of a stranger; and what was logged. */
async function counted(labelsOfKey?: ReturnType<typeof vaultKeyLabels>) {
  const metrics = createMetrics('gateway', CALL_SERIES);
  const logged: object[] = [];
  const log = { warn: (fields: object) => logged.push(fields), debug: (fields: object) => logged.push(fields) };
  const observer = createCallObserver(callInstruments(metrics), log, labelsOfKey);
  for (const id of keyIds) {
    for (const decision of ['forwarded', 'denied', 'replayed'] as const) observer.finished(summary(decision, id));
  }
  observer.finished(summary('stranger', undefined));
  const text = await metrics.text();
  await metrics.close();
  return { lines: text.split('\n').filter((line) => line.startsWith('keybrake_gateway_calls_total')), logged };
}

const series = (decision: string, vaultKey: string, count: number) =>
  'keybrake_gateway_calls_total{provider="stripe",operation="charges:write",' +
  `decision="${decision}",rule="",vault_key="${vaultKey}"} ${count}`;

test('a thousand keys have series of their own, and none of them is lost among others', async () => {
  const { lines } = await counted(vaultKeyLabels());
  expect(lines).toHaveLength(3_004);
  for (const line of [
    series('denied', keyIds[999] as string, 1),
    series('replayed', 'other', 2),
    series('stranger', '', 1),
  ]) {
    expect(lines).toContain(line);
  }
});

test('unless told, no key is a label, and none is in a log line', async () => {
  const { lines, logged } = await counted();
  expect(lines).toHaveLength(4);
  expect(lines.join('\n')).not.toContain('vault_key');
  expect(logged).toHaveLength(3_007);
  expect(JSON.stringify(logged)).not.toContain('key00001');
});
