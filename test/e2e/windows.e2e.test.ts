import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { localDate, type SpendEvent, type SpendReserved } from '@keybrake/domain';
import { jsonEventCodec } from '@keybrake/event-log';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { charge, executedMarkers } from '../harness/calls.ts';
import { FULL } from '../harness/chaos.ts';
import { Clocks } from '../harness/clocks.ts';
import { OwnPostgres } from '../harness/own-postgres.ts';
import { startSystem } from '../harness/start-system.ts';
import { System } from '../harness/system.ts';
import { dumpTopic } from '../harness/topic-dump.ts';

const SKEWS_MS = [-30_000, 0, 30_000];
const BEFORE_MS = 3_000;
const CAP_DOLLARS = 20;

interface Midnight {
  readonly timeZone: string;
  readonly atMs: number;
}

async function skewedGateways(system: System, clocks: Clocks): Promise<readonly string[]> {
  const starting = clocks.gatewayFiles.map((clockOffsetFile) => system.startFaultyGateway({ clockOffsetFile }));
  return (await Promise.all(starting)).map(({ url }) => url);
}

/** Calls from before until after midnight, from all gateways at once; one of them is answered only on the next day. */
async function spendOverMidnight(
  system: System,
  gatewayUrls: readonly string[],
  { timeZone, atMs }: Midnight,
  nowMs: () => number,
) {
  const key = await system.issueKey({
    allowedOperations: ['charges:*'],
    capMinor: String(CAP_DOLLARS * 100),
    policy: { timeZone },
  });
  const prefix = randomUUID().slice(0, 8);
  const slow = `${prefix}-slow`;
  await system.fault({ fault: { delayAfterMs: 2 * BEFORE_MS }, match: { amountMinor: '101' } });
  const pay = (url: string, name: string, amountMinor: number) =>
    charge(url, key.vaultKey, `amount=${amountMinor}&currency=usd&source=tok_visa&description=${name}`, name);
  const slowly = pay(gatewayUrls[0] as string, slow, 101);
  const client = async (url: string, index: number) => {
    const statuses: number[] = [];
    for (let call = 0; nowMs() < atMs + BEFORE_MS; call += 1) {
      statuses.push((await pay(url, `${prefix}-${index}-${call}`, 100)).status);
      await wait(50);
    }
    return statuses;
  };
  const statuses = (await Promise.all(gatewayUrls.map(client))).flat();
  expect([...new Set(statuses)].sort((a, b) => a - b)).toEqual([200, 429]);
  expect((await slowly).status).toBe(200);
  return { keyId: key.id, slow };
}

/** Every call counted on the day of the store's clock, and each day's cap used to the last dollar, not a cent more. */
async function eachDayHasItsCap(
  system: System,
  events: readonly SpendEvent[],
  { timeZone, atMs }: Midnight,
  { keyId, slow }: { readonly keyId: string; readonly slow: string },
): Promise<void> {
  const ends = localDate(timeZone, atMs - 1);
  const begins = localDate(timeZone, atMs);
  expect(begins > ends).toBe(true);
  const ofKey = events.flatMap((event) =>
    event.type === 'SpendReserved' && event.call.vaultKeyId === keyId ? [event] : [],
  );
  const windowOf = (event: SpendReserved) => event.holds[0]?.windowId;
  expect(ofKey.filter((event) => windowOf(event) !== (event.reservedAtMs < atMs ? ends : begins))).toEqual([]);
  const markers = new Set(executedMarkers(await system.witness('stripe')));
  const executedOn = (day: string) =>
    ofKey.flatMap(({ call, holds }) => {
      const name = call.idempotencyKey ?? '';
      return holds[0]?.windowId === day && markers.has(name) ? [name] : [];
    });
  // $1.01 and as many dollars as fit beside it.
  expect(executedOn(ends)).toHaveLength(CAP_DOLLARS - 1);
  expect(executedOn(ends)).toContain(slow);
  expect(executedOn(begins)).toHaveLength(CAP_DOLLARS);
  await system.foldedUp();
  const rows = await system.sql(
    'select window_id, committed_micros, held_micros from ledger.balances where scope_id = $1 order by window_id',
    [keyId],
  );
  const dollars = (count: number) => BigInt(count) * 1_000_000n;
  expect(rows).toEqual([
    { window_id: ends, committed_micros: dollars(CAP_DOLLARS - 1) + 10_000n, held_micros: 0n },
    { window_id: begins, committed_micros: dollars(CAP_DOLLARS), held_micros: 0n },
  ]);
}

describe('midnight is where the store says (R6), gateways half a minute off: PostgreSQL on faked dates', () => {
  // The ends of days of 23, 24 and 25 hours; in order, since no store's clock runs back.
  const all = [
    { timeZone: 'America/New_York', at: '2026-03-09T04:00:00Z' },
    { timeZone: 'Asia/Kolkata', at: '2026-06-15T18:30:00Z' },
    { timeZone: 'UTC', at: '2026-07-01T00:00:00Z' },
    { timeZone: 'America/New_York', at: '2026-11-02T05:00:00Z' },
  ];
  const midnights = FULL ? all : all.filter(({ timeZone }) => timeZone === 'America/New_York');
  let clocks: Clocks;
  let postgres: OwnPostgres;
  let system: System;
  let gatewayUrls: readonly string[];
  beforeAll(async () => {
    clocks = await Clocks.create(SKEWS_MS);
    await clocks.set(Date.parse('2026-03-01T00:00:00Z'));
    postgres = await clocks.faking(() => OwnPostgres.start());
    system = await System.start({ postgresUrl: postgres.url });
    gatewayUrls = await skewedGateways(system, clocks);
  });
  afterAll(async () => {
    await system.stop();
    await postgres.remove();
    await clocks.remove();
  });

  test.each(midnights)('$timeZone, $at', async ({ timeZone, at }) => {
    const midnight = { timeZone, atMs: Date.parse(at) };
    await clocks.set(midnight.atMs - BEFORE_MS);
    const spent = await spendOverMidnight(system, gatewayUrls, midnight, () => clocks.nowMs());
    const rows = await system.sql<{ body: string }>('select body from event_log.records order by partition, position');
    const events = rows.map(({ body }) => jsonEventCodec.decode(body));
    await eachDayHasItsCap(system, events, midnight, spent);
  });
});

describe('midnight is where the store says (R6), gateways half a minute off: Redis', () => {
  let clocks: Clocks;
  let system: System;
  beforeAll(async () => {
    clocks = await Clocks.create(SKEWS_MS);
    await clocks.set(Date.now());
    system = await startSystem({ profile: 'distributed' });
  });
  afterAll(async () => {
    await system.stop();
    await clocks.remove();
  });

  test('in the zone whose midnight comes next', async () => {
    const gatewayUrls = await skewedGateways(system, clocks);
    const midnight = nextMidnight(Date.now() + 2 * BEFORE_MS);
    const spent = await spendOverMidnight(system, gatewayUrls, midnight, Date.now);
    await eachDayHasItsCap(system, await dumpTopic(system), midnight, spent);
  });
});

/** A whole minute, and the offset from UTC at which a day begins then. */
function nextMidnight(afterMs: number): Midnight {
  const minute = Math.ceil(afterMs / 60_000);
  const ofDay = minute % 1_440;
  const offset = ofDay <= 720 ? -ofDay : 1_440 - ofDay;
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return { timeZone: `${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`, atMs: minute * 60_000 };
}
