import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedKey } from '../harness/account.ts';
import { balancesAre } from '../harness/balances.ts';
import { call, type ProviderCall, providerCalls } from '../harness/calls.ts';
import { chargedMicros } from '../harness/late-prices.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';

const twilio = providerCalls.find(({ id }) => id === 'twilio') as ProviderCall;

// The simulator charges 8,300 micros a segment, two seconds after the message.
const RESERVED_HIGH_MICROS = 20_000n;
const RESERVED_LOW_MICROS = 5_000n;
const PRICES = {
  twilio: { currency: 'usd', smsSegmentMicros: { '+1': 20_000, '+44': 5_000 }, mmsMicros: { '+1': 40_000 } },
};
const LOW_PRICED = '+447700900123';

interface Entry {
  readonly id: string;
  readonly operation: string;
  readonly endpoint: string;
  readonly message: string | null;
  readonly reservedMicros: string | null;
  readonly committedMicros: string | null;
  readonly finalMicros: string | null;
  readonly finalMinor: string | null;
}

let folder: string;
let system: System;

const keyFor = () => system.issueKey({ ...twilio.policy, capMinor: '100000' });

async function send(key: IssuedKey, to?: string): Promise<string> {
  const idempotencyKey = randomUUID();
  const marker = twilio.mark(idempotencyKey);
  const { request } = twilio;
  const sender: ProviderCall = {
    ...twilio,
    request: (vaultKey, text) => {
      const made = request(vaultKey, text);
      return to === undefined ? made : { ...made, body: made.body.replace(/To=[^&]+/, `To=${encodeURIComponent(to)}`) };
    },
  };
  expect((await call(system.gatewayUrl, sender, key.vaultKey, idempotencyKey)).status).toBe(201);
  return marker;
}

const auditOf = async (key: IssuedKey) =>
  (await system.admin<{ data: Entry[] }>('GET', `/v1/audit?vaultKeyId=${key.id}&limit=100`)).data;

const sendsOf = async (key: IssuedKey) =>
  (await auditOf(key)).filter(({ operation }) => operation === 'messages:write');

/** The admission store and the ledger both count it. */
const countedAs = (key: IssuedKey, committedMicros: bigint) => balancesAre(system, key, committedMicros, 0n, 30_000);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keybrake-prices-'));
  await writeFile(join(folder, 'prices.json'), JSON.stringify(PRICES));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(PROFILES)('%s', (profile) => {
  beforeAll(async () => {
    system = await startSystem({
      profile,
      env: {
        KEYBRAKE_PRICES_FILE: join(folder, 'prices.json'),
        KEYBRAKE_PRICE_DELAY_MS: '150',
        KEYBRAKE_RESOLVE_INTERVAL_MS: '100',
      },
    });
  });
  afterAll(async () => {
    await system.stop();
  });

  test('a message counts what was reserved until Twilio tells its price, then that', async () => {
    const key = await keyFor();
    const markers = await Promise.all(Array.from({ length: 20 }, () => send(key)));
    await countedAs(key, 20n * 8_300n);
    expect(await chargedMicros(system, markers)).toBe(20n * 8_300n);
    const sends = await sendsOf(key);
    expect(sends).toHaveLength(20);
    for (const entry of sends) {
      const { reservedMicros, committedMicros, finalMicros, finalMinor } = entry;
      expect([reservedMicros, committedMicros]).toEqual([`${RESERVED_HIGH_MICROS}`, `${RESERVED_HIGH_MICROS}`]);
      expect([finalMicros, finalMinor]).toEqual(['8300', '1']);
    }
    // Asked for more than once, since the price was not there at first; each question is in the log.
    const questions = (await auditOf(key)).filter(({ endpoint }) => endpoint.endsWith('/Messages/{Sid}.json'));
    expect(questions.length).toBeGreaterThan(20);
    const ids = new Set(sends.map(({ id }) => `looked up by the resolver for ${id}`));
    expect(questions.every(({ message }) => ids.has(message ?? ''))).toBe(true);
    const waiting = await system.sql('select reservation_id from ledger.price_watches');
    expect(waiting).toEqual([]);
  });

  test('a price above the reserve counts in full, and leaves an anomaly', async () => {
    const key = await keyFor();
    await send(key, LOW_PRICED);
    await countedAs(key, 8_300n);
    const [sent] = await sendsOf(key);
    expect(sent).toMatchObject({ reservedMicros: `${RESERVED_LOW_MICROS}`, finalMicros: '8300' });
    const anomalies = await system.sql('select kind, detail from ledger.anomalies where reservation_id = $1', [
      sent?.id,
    ]);
    expect(anomalies).toEqual([{ kind: 'overage', detail: 'the provider moved 0.0083 USD, reserved were 0.005 USD' }]);
  });

  test('the audit of a key with final prices verifies', async () => {
    const key = await keyFor();
    await send(key);
    await countedAs(key, 8_300n);
    const verified = await system.admin<{ valid: boolean }>('GET', `/v1/audit/verify?vaultKeyId=${key.id}`);
    expect(verified.valid).toBe(true);
    const [sent] = await sendsOf(key);
    await system.sql('update ledger.audit_entries set final_micros = 1 where id = $1', [sent?.id]);
    const edited = await system.admin<{ valid: boolean; problem?: string }>(
      'GET',
      `/v1/audit/verify?vaultKeyId=${key.id}`,
    );
    expect(edited).toMatchObject({ valid: false, problem: 'the entry was edited' });
  });

  // Only there it can be lost.
  if (profile === 'distributed') {
    test('prices told before and after Redis was lost are counted once', async () => {
      const key = await keyFor();
      await send(key);
      await countedAs(key, 8_300n);
      await Promise.all(Array.from({ length: 5 }, () => send(key)));
      // Their prices are not told yet: the rebuilt store has to know these calls when they are.
      await system.restartRedis();
      await countedAs(key, 6n * 8_300n);
      const again = await eventually(
        'calls to be admitted again',
        () => call(system.gatewayUrl, twilio, key.vaultKey),
        ({ status }) => status !== 503,
      );
      expect(again.status).toBe(201);
      await countedAs(key, 7n * 8_300n);
    });
  }
});
