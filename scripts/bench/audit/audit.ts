import { percentile } from '../figure.ts';
import { FILTERS, meant } from './audit-filters.ts';
import { type AuditStage, openAuditStage } from './audit-stage.ts';
import { measureDashboard } from './dashboard.ts';

const PAGES_PER_FILTER = 20;
const TAILED_CALLS = 50;
const SAMPLE_MS = 250;

/** Searching, exporting, verifying and following an audit of so many calls, over HTTP. */
export async function measureAudit(calls: number): Promise<void> {
  const stage = await openAuditStage(calls);
  try {
    console.log(`\n=== the audit of ${calls} calls of 1,000 keys, written in ${stage.loadedInSeconds.toFixed(0)} s`);
    await measureSearch(stage);
    await measureDashboard(stage);
    await measureExport(stage, 'ndjson', calls);
    await measureExport(stage, 'csv', calls);
    await measureVerification(stage);
    await measureTail(stage);
  } finally {
    await stage.close();
  }
}

async function measureSearch(stage: AuditStage): Promise<void> {
  console.log(`\nfirst page of ${PAGES_PER_FILTER} requests each (target: p95 of each at most 200 ms)`);
  await stage.get('/v1/audit');
  const all: number[] = [];
  let worstMs = 0;
  for (const [name, filter] of FILTERS) {
    const values = Object.entries(filter).map(([key, value]): [string, string] => [key, meant(value, stage.endsAtMs)]);
    const query = new URLSearchParams(values);
    const tookMs: number[] = [];
    let found = 0;
    for (let request = 0; request < PAGES_PER_FILTER; request += 1) {
      const startedAtMs = performance.now();
      const response = await stage.get(`/v1/audit?${query}`);
      const page = (await response.json()) as { data?: unknown[] };
      tookMs.push(performance.now() - startedAtMs);
      if (page.data === undefined) throw new Error(`${query} was answered ${response.status}`);
      found = page.data.length;
    }
    all.push(...tookMs);
    const p95Ms = percentile(tookMs, 0.95);
    worstMs = Math.max(worstMs, p95Ms);
    console.log(
      `  ${name.padEnd(42)} ${String(found).padStart(2)} entries   p50 ${percentile(tookMs, 0.5).toFixed(1).padStart(6)} ms   p95 ${p95Ms.toFixed(1).padStart(6)} ms`,
    );
  }
  console.log(`  p95 of all ${percentile(all, 0.95).toFixed(1)} ms, the worst filter's ${worstMs.toFixed(1)} ms`);
}

async function measureExport(stage: AuditStage, format: 'ndjson' | 'csv', calls: number): Promise<void> {
  const before = await stage.residentMegabytes();
  let peak = before;
  const sampling = setInterval(() => {
    void stage.residentMegabytes().then((megabytes) => {
      peak = Math.max(peak, megabytes);
    });
  }, SAMPLE_MS);
  const startedAtMs = performance.now();
  const response = await stage.get(`/v1/audit/export?format=${format}`);
  let bytes = 0;
  let lines = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  clearInterval(sampling);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const rows = format === 'csv' ? lines - 1 : lines;
  if (rows !== calls) throw new Error(`${rows} of ${calls} entries were exported`);
  console.log(
    `\nexport of all as ${format}: ${rows} entries, ${(bytes / 1_048_576).toFixed(0)} MB in ${seconds.toFixed(0)} s, ${(rows / seconds).toFixed(0)} entries/s`,
  );
  console.log(`  resident memory of the admin API: before ${before.toFixed(0)} MB, at most ${peak.toFixed(0)} MB`);
}

async function measureVerification(stage: AuditStage): Promise<void> {
  const startedAtMs = performance.now();
  const answer = (await (await stage.get('/v1/audit/verify')).json()) as {
    valid: boolean;
    keys: number;
    links: number;
  };
  const seconds = (performance.now() - startedAtMs) / 1_000;
  if (!answer.valid) throw new Error(`the audit is not valid: ${JSON.stringify(answer)}`);
  console.log(
    `\nverification of everything: ${answer.keys} chains, ${answer.links} links in ${seconds.toFixed(0)} s, ${(answer.links / seconds).toFixed(0)} links/s`,
  );
  console.log(`  resident memory of the admin API afterwards: ${(await stage.residentMegabytes()).toFixed(0)} MB`);
}

async function measureTail(stage: AuditStage): Promise<void> {
  const response = await stage.get('/v1/audit/tail');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await reader?.read())?.value ?? '';
  await next();
  const tookMs: number[] = [];
  for (let call = 0; call < TAILED_CALLS; call += 1) {
    await stage.writer.write(1, Date.now());
    const foldedAtMs = performance.now();
    let text = await next();
    while (!text.includes('event: entry')) text = await next();
    tookMs.push(performance.now() - foldedAtMs);
  }
  await reader?.cancel();
  console.log(
    `\nlive tail: from the fold to the client p50 ${percentile(tookMs, 0.5).toFixed(0)} ms, p95 ${percentile(tookMs, 0.95).toFixed(0)} ms`,
  );
}
