import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parsePriceList } from '@keybrake/providers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decimalMicros, twilioSection } from '../../scripts/prices/price-list.ts';
import type { MessagingCountry, VoiceCountry } from '../../scripts/prices/twilio-answers.ts';

const messaging = (...prices: string[]): MessagingCountry => ({
  price_unit: 'USD',
  outbound_sms_prices: prices.map((current_price) => ({ prices: [{ current_price }, { current_price: '0.0010' }] })),
});
const voice = (...prices: [string, ...string[]][]): VoiceCountry => ({
  price_unit: 'USD',
  outbound_prefix_prices: prices.map(([current_price, ...prefixes]) => ({ current_price, prefixes })),
});
const ANSWERS: Record<string, unknown> = {
  '/v1/Messaging/Countries/US': messaging('0.0083', '0.0079'),
  '/v1/Voice/Countries/US': voice(['0.014', '1'], ['0.09', '1907']),
  '/v1/Messaging/Countries/GB': messaging('0.05'),
  '/v1/Voice/Countries/GB': voice(['0.0158', '44'], ['0.0305', '447', '44791234567'], ['2.5', '44791234999']),
};

let origin: string;
const server = createServer((request, response) => {
  const expected = `Basic ${Buffer.from('AC1:secret').toString('base64')}`;
  const answer = request.headers.authorization === expected ? ANSWERS[request.url ?? ''] : undefined;
  response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
});
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const script = fileURLToPath(new URL('../../scripts/prices/twilio-prices.ts', import.meta.url));
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [script, ...args], {
    env: { ...process.env, KEYBRAKE_TWILIO_ACCOUNT_SID: 'AC1', KEYBRAKE_TWILIO_AUTH_TOKEN: 'secret' },
  });

test('the printed list is one that the gateway takes, with the dearest price of each prefix', async () => {
  const { stdout } = await run('--origin', origin, 'US', 'GB');
  const reading = parsePriceList(stdout);
  if (reading.kind !== 'prices') throw new Error(reading.problems.join('; '));
  const { twilio } = reading.prices;
  expect(twilio.smsSegmentMicros).toEqual({ '+1': 14_500n, '+44': 56_200n });
  expect(twilio.mmsMicros).toEqual({ '+1': 28_200n, '+44': 28_200n });
  expect(twilio.callMinuteMicros).toEqual({
    '+1': 14_000n,
    '+1907': 90_000n,
    '+44': 15_800n,
    '+447': 30_500n,
    '+4479123': 2_500_000n,
  });
});

test('a country that Twilio does not answer for is named', async () => {
  const failure = await run('--origin', origin, 'FR').catch((error: { stderr: string; code: number }) => error);
  expect(failure).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('/v1/Messaging/Countries/FR answered 404'),
  });
});

test('prices are exact or refused', () => {
  expect(['0.0083', '12', '0.000001'].map(decimalMicros)).toEqual([8_300n, 12_000_000n, 1n]);
  for (const text of ['0.0000001', '-1', '1e-3', '', '.5', '1,5']) expect(() => decimalMicros(text)).toThrow('exactly');
});

test('two currencies in one list are refused', () => {
  const euro = { ...messaging('1'), price_unit: 'EUR' };
  const mixed = [{ iso: 'DE', messaging: euro, voice: voice(['1', '49']) }];
  expect(() => twilioSection(mixed, { carrierFeeMicros: 0n, mmsMicros: 0n })).toThrow('EUR, USD');
});
