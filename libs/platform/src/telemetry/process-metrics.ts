import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './metrics.js';

/** What every Node process should show, by the usual names. Call once per process and metrics text. */
export function addProcessMetrics(metrics: Metrics): void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const startedAtSeconds = Date.now() / 1_000 - process.uptime();
  metrics.gauge('process_start_time_seconds', 'Start of the process, in seconds since 1970.', () => [
    { value: startedAtSeconds },
  ]);
  metrics.gauge('process_resident_memory_bytes', 'Resident memory.', () => [{ value: process.memoryUsage.rss() }]);
  metrics.gauge('nodejs_heap_used_bytes', 'Used heap.', () => [{ value: process.memoryUsage().heapUsed }]);
  metrics.sum('process_cpu_seconds_total', 'CPU time, user and system.', () => {
    const { user, system } = process.cpuUsage();
    return [{ value: (user + system) / 1e6 }];
  });
  metrics.gauge('nodejs_eventloop_delay_p99_seconds', 'Delay of the event loop since the last scrape, p99.', () => {
    const value = delay.percentile(99) / 1e9;
    delay.reset();
    return [{ value: Number.isFinite(value) ? value : 0 }];
  });
}
