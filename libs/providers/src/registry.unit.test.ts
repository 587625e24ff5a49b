import { BUILT_IN_PROVIDER_IDS } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { guessProvider, providerById, providers } from './registry.js';

test('every provider of the domain is there, under its own id and origin', () => {
  expect([...providers.keys()]).toEqual([...BUILT_IN_PROVIDER_IDS]);
  for (const id of BUILT_IN_PROVIDER_IDS) {
    expect(providerById(id)).toBe(providers.get(id));
    expect(providerById(id).id).toBe(id);
    expect(new URL(providerById(id).defaultOrigin).origin).toBe(providerById(id).defaultOrigin);
  }
});

test.each([
  ['/v1/charges', 'stripe'],
  ['/', 'stripe'],
  ['', 'stripe'],
  ['//2010-04-01/', 'stripe'],
  ['/emailsx', 'stripe'],
  ['/2010-04-01/Accounts/AC1/Messages.json', 'twilio'],
  ['/emails', 'resend'],
  ['/emails?limit=1', 'resend'],
  ['/emails/batch', 'resend'],
] as const)('%j is answered as %s', (path, id) => {
  expect(guessProvider(path)).toBe(id);
});

test('only a provider that takes an idempotency key is sent to twice', () => {
  for (const provider of providers.values()) {
    expect(provider.resendable).toBe(provider.idempotencyHeader !== undefined);
    expect(provider.idempotencyWindowMs > 0).toBe(provider.resendable);
  }
});

test('no header of another account, credential or hop is passed on', () => {
  const dropped = [
    'authorization',
    'cookie',
    'host',
    'stripe-account',
    'stripe-context',
    'idempotency-key',
    'x-forwarded-for',
  ];
  for (const { requestHeaders } of providers.values()) {
    expect(requestHeaders.filter((name) => dropped.includes(name) || name !== name.toLowerCase())).toEqual([]);
  }
});
