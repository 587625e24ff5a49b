import { BUILT_IN_PROVIDER_IDS, type ProviderId } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { guessProvider, idProblem, providerById, providerRegistry, providers } from './registry.js';
import { resend } from './resend/resend.js';

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

test('a registry has the built-in providers and those it is given, and refuses every call of another', () => {
  const acme = { ...resend, id: 'acme' as ProviderId };
  const registry = providerRegistry([acme]);
  expect(registry.all.map(({ id }) => id)).toEqual([...BUILT_IN_PROVIDER_IDS, 'acme']);
  expect(registry.find('acme')).toBe(acme);
  expect(registry.find('gone')).toBeUndefined();
  const gone = registry.get('gone' as ProviderId);
  expect([gone.id, gone.operations.length, gone.resendable]).toEqual(['gone', 0, false]);
  expect(gone.renderRefusal({ code: 'operation_unknown', endpoint: 'POST /x' })).toMatchObject({ status: 403 });
  const request = { method: 'POST', path: '/x', query: '', headers: {}, body: undefined };
  expect(() => gone.authorize(request, { secret: 's' })).toThrow('gone is not configured');
});

test.each([
  ['acme', undefined],
  ['stripe', 'there is another provider stripe'],
  ['emails', 'paths of resend begin with /emails'],
  ['v1', 'paths of stripe begin with /v1'],
  ['verify', 'paths of twilio begin with /verify'],
  ['metrics', '/metrics is a path of Keybrake itself'],
])('the id %s', (id, problem) => {
  expect(idProblem(id, [...providers.values()])).toBe(problem);
});
