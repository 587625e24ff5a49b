import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

export interface Target {
  readonly url: string;
  readonly key: string;
}

export interface LoadResult {
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Makes charges over so many kept connections, each with an idempotency key of its own; every one must succeed. */
export async function load(target: Target, connections: number, calls: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latenciesMs: number[] = [];
  let left = calls;
  const startedAtMs = performance.now();
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const sentAtMs = performance.now();
      await charge(agent, target);
      latenciesMs.push(performance.now() - sentAtMs);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const tookMs = performance.now() - startedAtMs;
  agent.destroy();
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number) =>
    latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] as number;
  return { calls, callsPerSecond: (calls * 1_000) / tookMs, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const BODY = 'amount=100&currency=usd&source=tok_visa';

function charge(agent: Agent, { url, key }: Target): Promise<void> {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': BODY.length,
    'idempotency-key': randomUUID(),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/v1/charges`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`a charge was answered ${response.statusCode}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(BODY);
  });
}
