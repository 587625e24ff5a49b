import { measureAudit } from './audit/audit.ts';
import { timeToFirstCall } from './first-call.ts';
import { measureLedger } from './ledger.ts';
import { type LoadResult, load } from './load.ts';
import { measureSimulation } from './simulation.ts';
import { soak } from './soak.ts';
import { openStage, type Profile, type Stage } from './stage.ts';

const ROUNDS = 5;
const AUDITED_CALLS = 1_000_000;
const SIMULATED_CALLS = 100_000;

interface Measured {
  readonly direct: readonly LoadResult[];
  readonly bare: readonly LoadResult[];
  readonly governed: readonly LoadResult[];
  readonly bareCpuMicros: number;
  readonly gatewayCpuMicros: number;
  readonly eventsPerAppend: number;
}

/** Direct, through a bare pass-through, and governed in turns, so that a machine that gets slower or faster meanwhile does it to both. */
async function measure(stage: Stage, connections: number, callsPerRound: number): Promise<Measured> {
  const direct: LoadResult[] = [];
  const bare: LoadResult[] = [];
  const governed: LoadResult[] = [];
  const before = await figures(stage);
  for (let round = 0; round < ROUNDS; round += 1) {
    direct.push(await load(stage.direct, connections, callsPerRound));
    bare.push(await load(stage.bare, connections, callsPerRound));
    governed.push(await load(stage.governed, connections, callsPerRound));
  }
  const after = await figures(stage);
  const perCall = (seconds: number) => (seconds * 1e6) / (ROUNDS * callsPerRound);
  return {
    direct,
    bare,
    governed,
    bareCpuMicros: perCall(after.bareCpu - before.bareCpu),
    gatewayCpuMicros: perCall(after.gatewayCpu - before.gatewayCpu),
    eventsPerAppend: (after.events - before.events) / (after.appends - before.appends),
  };
}

async function figures({ bare, governed, figure }: Stage) {
  return {
    bareCpu: await figure(bare, 'process_cpu_seconds_total'),
    gatewayCpu: await figure(governed, 'process_cpu_seconds_total'),
    events: await figure(governed, 'keybrake_gateway_log_events_total'),
    appends: await figure(governed, 'keybrake_gateway_log_appends_total'),
  };
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

function report(connections: number, measured: Measured): void {
  const { direct, bare, governed, bareCpuMicros, gatewayCpuMicros, eventsPerAppend } = measured;
  const of = (results: readonly LoadResult[], pick: (result: LoadResult) => number) => median(results.map(pick));
  const row = (name: string, pick: (result: LoadResult) => number, unit: string) => {
    const [a, b, c] = [of(direct, pick), of(governed, pick), of(bare, pick)];
    console.log(
      `  ${name.padEnd(10)} direct ${a.toFixed(2).padStart(8)}   pass-through ${c.toFixed(2).padStart(8)}   governed ${b.toFixed(2).padStart(8)} ${unit}   governed/pass-through ${(b / c).toFixed(2)}`,
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
  console.log(
    `  CPU          pass-through ${bareCpuMicros.toFixed(0)}, gateway ${gatewayCpuMicros.toFixed(0)} µs a call, ${(gatewayCpuMicros / bareCpuMicros).toFixed(1)} times as much`,
  );
  console.log(`  group commit ${eventsPerAppend.toFixed(1)} events an append`);
}

/** `npm run bench`: figures of this machine, ratios first; nothing in the tests depends on them. */
async function main(): Promise<void> {
  const [what, calls] = process.argv.slice(2);
  if (what === 'soak') return soak(Number(calls ?? 1_000_000));
  if (what === 'audit') return measureAudit(Number(calls ?? AUDITED_CALLS));
  if (what === 'simulation') return measureSimulation(Number(calls ?? SIMULATED_CALLS));
  const first = await timeToFirstCall();
  console.log(`npm start to the first governed charge: ${first.seconds.toFixed(1)} s (target 10)`);
  console.log(
    `  resident memory of that process, without PostgreSQL: ${first.residentMegabytes.toFixed(0)} MB (target 250)`,
  );
  for (const profile of ['postgres', 'distributed'] as const) await compare(profile);
  const ledger = await measureLedger();
  console.log(`\n=== one ledger catching up with ${ledger.events} events, its start included`);
  console.log(
    `  ${ledger.eventsPerSecond.toFixed(0)} events/s, ${ledger.cpuMicrosPerEvent.toFixed(0)} µs of its own CPU an event`,
  );
  console.log(`  resident memory ${ledger.residentMegabytes.toFixed(0)} MB`);
  await measureAudit(AUDITED_CALLS);
  await measureSimulation(SIMULATED_CALLS);
}

async function compare(profile: Profile): Promise<void> {
  console.log(`\n=== ${profile} profile`);
  const stage = await openStage(profile);
  try {
    await load(stage.direct, 8, 500);
    await load(stage.bare, 8, 500);
    // The steady state: V8 and the JVM have compiled what is hot.
    await load(stage.governed, 16, 10_000);
    report(32, await measure(stage, 32, 2_000));
    report(1, await measure(stage, 1, 400));
    const resident = (await stage.figure(stage.governed, 'process_resident_memory_bytes')) / 1_048_576;
    console.log(`\nresident memory of the gateway after all of it: ${resident.toFixed(0)} MB`);
  } finally {
    await stage.close();
  }
}

await main();
