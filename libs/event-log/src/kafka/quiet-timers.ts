import { createRequire } from 'node:module';

interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: unknown;
  scheduleCheckPendingRequests(): void;
}

let isPatched = false;

/**
 * kafkajs 2.2.4 re-arms a 1 ms timer on every idle connection, and asks Node for negative delays (its issues 1704 and
 * 1751, unfixed). A queue with nothing waiting and nothing throttled has nothing to check.
 */
export function quietTimers(): void {
  if (isPatched) return;
  isPatched = true;
  const queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const original = queue.prototype.scheduleCheckPendingRequests;
  queue.prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue) {
    const isIdle = this.pending.length === 0 && this.throttledUntil <= Date.now();
    if (!isIdle) original.call(this);
  };
}
