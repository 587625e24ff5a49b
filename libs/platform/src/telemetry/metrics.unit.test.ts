import { expect, test } from 'vitest';
import { createMetrics } from './metrics.js';
import { addProcessMetrics } from './process-metrics.js';

test('the scrape has the names, labels and figures of the instruments, and nothing of the toolkit', async () => {
  const metrics = createMetrics('gateway');
  const calls = metrics.counter('keybrake_gateway_calls_total', 'Calls.');
  calls.add(1, { provider: 'stripe', decision: 'allowed', rule: '' });
  calls.add(2, { provider: 'stripe', decision: 'denied', rule: 'cap' });
  const latency = metrics.histogram('keybrake_gateway_added_latency_seconds', 'Added.', [0.001, 0.01]);
  latency.record(0.0005);
  latency.record(0.5);
  metrics.gauge('keybrake_ledger_in_doubt', 'In doubt.', () => Promise.resolve([{ value: 3 }]));
  const lines = (await metrics.text()).split('\n').filter((line) => !line.startsWith('#') && line !== '');
  expect(lines).toEqual([
    'keybrake_gateway_calls_total{provider="stripe",decision="allowed",rule=""} 1',
    'keybrake_gateway_calls_total{provider="stripe",decision="denied",rule="cap"} 2',
    'keybrake_gateway_added_latency_seconds_count 2',
    'keybrake_gateway_added_latency_seconds_sum 0.5005',
    'keybrake_gateway_added_latency_seconds_bucket{le="0.001"} 1',
    'keybrake_gateway_added_latency_seconds_bucket{le="0.01"} 1',
    'keybrake_gateway_added_latency_seconds_bucket{le="+Inf"} 2',
    'keybrake_ledger_in_doubt 3',
  ]);
  await metrics.close();
});

test('a gauge that cannot be read does not hide the others', async () => {
  const metrics = createMetrics('ledger');
  metrics.gauge('keybrake_broken', 'Broken.', () => Promise.reject(new Error('no database')));
  metrics.gauge('keybrake_fine', 'Fine.', () => [{ value: 1 }]);
  const text = await metrics.text();
  expect(text).toContain('# a metric could not be read: Error: no database\n');
  expect(text).toContain('keybrake_fine 1\n');
  await metrics.close();
});

test('memory, CPU and start time are there by their usual names', async () => {
  const metrics = createMetrics('gateway');
  addProcessMetrics(metrics);
  const text = await metrics.text();
  expect(Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(10_000_000);
  expect(Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
  expect(Number(/^process_start_time_seconds (\S+)$/m.exec(text)?.[1])).toBeLessThan(Date.now() / 1_000);
  await metrics.close();
});
