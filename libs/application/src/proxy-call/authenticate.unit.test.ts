import type { ProviderId } from '@keybrake/domain';
import { providerById, providerRegistry } from '@keybrake/providers';
import { expect, test } from 'vitest';
import type { KeyRecord } from '../ports/vault-directory.js';
import { authenticate } from './authenticate.js';
import type { IncomingCall } from './call.js';

const SECRET = 's'.repeat(43);
const KEY = `vk_default_key00001_${SECRET}`;
const acme = { ...providerById('resend'), id: 'acme' as ProviderId, credentialHeader: 'x-api-key' };
const record = { key: { secretHash: `hash of ${SECRET}` } } as KeyRecord;
const ports = {
  providers: providerRegistry([acme]),
  directory: {
    find: async (_account: string, keyId: string) => (keyId === 'key00001' ? record : undefined),
    forget: () => undefined,
    openCredential: () => Promise.reject(new Error('not used')),
  },
  digests: {
    secretHash: (secret: string) => `hash of ${secret}`,
    isHashOf: (hash: string, secret: string) => hash === `hash of ${secret}`,
    sha256: () => '',
    upstreamIdempotencyKey: () => '',
  },
};

const found = async (routedProvider: string | undefined, headers: Record<string, readonly string[]>) => {
  const call = { routedProvider, headers } as IncomingCall;
  return (await authenticate(ports, call))?.presented.keyId;
};
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test.each([
  [`Bearer ${KEY}`],
  [`bearer ${KEY}`],
  [`ShippoToken ${KEY}`],
  [`Bearer ${KEY}.run-1`],
  [basic(`${KEY}:`)],
  [basic(`AC123:${KEY}`)],
])('authorization: %s', async (authorization) => {
  for (const provider of [undefined, 'stripe', 'acme']) {
    expect(await found(provider, { authorization: [authorization] })).toBe('key00001');
  }
});

test('a header of the provider, where its keys go into one', async () => {
  expect(await found('acme', { 'x-api-key': [KEY] })).toBe('key00001');
  expect(await found(undefined, { 'x-api-key': [`Token ${KEY}`] })).toBe('key00001');
  expect(await found('stripe', { 'x-api-key': [KEY] })).toBeUndefined();
  expect(await found('acme', { 'x-other': [KEY] })).toBeUndefined();
});

test.each<[Record<string, readonly string[]>]>([
  [{}],
  [{ authorization: [KEY] }],
  [{ authorization: [`Bearer ${KEY}`, `Bearer ${KEY}`] }],
  [{ authorization: ['Basic ???'] }],
  [{ authorization: [`Bearer ${KEY.slice(0, -1)}x`] }],
  [{ authorization: [`Bearer vk_default_key00002_${SECRET}`] }],
  [{ 'x-api-key': [KEY, KEY] }],
])('%j is a stranger', async (headers) => {
  expect(await found('acme', headers)).toBeUndefined();
});
