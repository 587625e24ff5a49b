import { expect, test } from 'vitest';
import { coverageOf, otherPatterns, resourcesOf, toggled } from './operations.ts';

const provider = {
  id: 'stripe',
  operations: [
    { id: 'account:read', class: 'read' as const, endpoints: ['GET /v1/account'] },
    { id: 'charges:read', class: 'read' as const, endpoints: ['GET /v1/charges'] },
    { id: 'charges:write', class: 'money' as const, endpoints: ['POST /v1/charges'] },
    { id: 'issuing.cards:write', class: 'denied' as const, endpoints: ['POST /v1/issuing/cards'] },
  ],
};
const resources = resourcesOf(provider);
const [charges] = resources;
if (charges === undefined) throw new Error('charges are first: they move money');

test('resources that move money come first, what is never forwarded is not offered', () => {
  expect(resources.map(({ name }) => name)).toEqual(['charges', 'account']);
});

test('both boxes together are one pattern, and come apart again', () => {
  const read = toggled(['account:read'], charges, 'read', true);
  expect(read).toEqual(['account:read', 'charges:read']);
  const both = toggled(read, charges, 'write', true);
  expect(both).toEqual(['account:read', 'charges:*']);
  expect(toggled(both, charges, 'read', false)).toEqual(['account:read', 'charges:write']);
  expect(toggled(['charges:write'], charges, 'write', false)).toEqual([]);
});

test('a wider pattern covers without being the resource’s own, and is left alone', () => {
  expect(coverageOf(['*:read'], 'charges', 'read')).toBe('wider');
  expect(coverageOf(['*:read'], 'charges', 'write')).toBe('no');
  expect(toggled(['*:read'], charges, 'write', true)).toEqual(['*:read', 'charges:write']);
  expect(otherPatterns(['*:read', 'POST /v1/charges', 'charges:*', 'nothing:read'], resources)).toEqual([
    '*:read',
    'POST /v1/charges',
    'nothing:read',
  ]);
});
