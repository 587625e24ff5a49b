import { timeToFirstCall } from './first-call.ts';
import { type LoadResult, load } from './load.ts';
import { openStage, type Stage } from './stage.ts';

const ROUNDS = 5;

interface Measured {
  readonly direct: readonly LoadResult[];
  readonly governed: readonly LoadResult[];
  readonly cpuMicrosPerCall: number;
}

/** Direct and governed in turns, so that a machine that gets slower or faster meanwhile does it to both. */
async function measure(stage: Stage, connections: number, callsPerRound: number): Promise<Measured> {
  const direct: LoadResult[] = [];
  const governed: LoadResult[] = [];
  const cpuBefore = await stage.gatewayFigure('process_cpu_seconds_total');
  for (let round = 0; round < ROUNDS; round += 1) {
    direct.push(await load(stage.direct, connections, callsPerRound));
    governed.push(await load(stage.governed, connections, callsPerRound));
  }
  const cpuSeconds = (await stage.gatewayFigure('process_cpu_seconds_total')) - cpuBefore;
  return { direct, governed, cpuMicrosPerCall: (cpuSeconds * 1e6) / (ROUNDS * callsPerRound) };
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

function report(connections: number, { direct, governed, cpuMicrosPerCall }: Measured): void {
  const of = (results: readonly LoadResult[], pick: (result: LoadResult) => number) => median(results.map(pick));
  const row = (name: string, pick: (result: LoadResult) => number, unit: string) => {
    const [a, b] = [of(direct, pick), of(governed, pick)];
    console.log(
      `  ${name.padEnd(12)} direct ${a.toFixed(2).padStart(9)}   governed ${b.toFixed(2).padStart(9)} ${unit}   ratio ${(b / a).toFixed(2)}`,
    );
  };
  console.log(
    `\n${connections} connection${connections === 1 ? '' : 's'}, medians of ${ROUNDS} rounds of ${direct[0]?.calls} charges`,
  );
  row('p50', (result) => result.p50Ms, 'ms');
  row('p99', (result) => result.p99Ms, 'ms');
  row('calls/s', (result) => result.callsPerSecond, '  ');
  const added = of(governed, (result) => result.p50Ms) - of(direct, (result) => result.p50Ms);
  console.log(`  added p50    ${added.toFixed(2)} ms`);
  console.log(`  gateway CPU  ${cpuMicrosPerCall.toFixed(0)} µs a call`);
}

/** `npm run bench`: figures of this machine, ratios first; nothing in the tests depends on them. */
async function main(): Promise<void> {
  const first = await timeToFirstCall();
  console.log(`npm start to the first governed charge: ${first.seconds.toFixed(1)} s (target 10)`);
  console.log(
    `  resident memory of that process, without PostgreSQL: ${first.residentMegabytes.toFixed(0)} MB (target 250)`,
  );
  const stage = await openStage();
  try {
    await load(stage.direct, 8, 500);
    await load(stage.governed, 8, 2_000);
    report(1, await measure(stage, 1, 400));
    report(32, await measure(stage, 32, 2_000));
    const resident = (await stage.gatewayFigure('process_resident_memory_bytes')) / 1_048_576;
    console.log(`\nresident memory of the gateway after all of it: ${resident.toFixed(0)} MB`);
  } finally {
    await stage.close();
  }
}

await main();
