import { readFileSync } from 'node:fs';
import { providerById } from '@keybrake/providers';
import { describe, expect, test } from 'vitest';
import { LISTED_PROVIDERS, type ListedProvider, listFile, sdkOperationList } from '../../scripts/catalogue/lists.ts';
import { type OperationList, operationList, UNCLASSIFIED } from '../../scripts/catalogue/operation-list.ts';

const checkedIn = (provider: ListedProvider) => JSON.parse(readFileSync(listFile(provider), 'utf8')) as OperationList;
const entriesOf = (list: OperationList) =>
  Object.values(list.resources).flatMap((resource) => Object.entries(resource));

describe.each(LISTED_PROVIDERS)('%s', (provider) => {
  test('the list is that of the installed SDK: after an update, run node scripts/catalogue/generate.ts', () => {
    const list = checkedIn(provider);
    expect(sdkOperationList(provider, list)).toEqual(list);
  });

  test('every operation is classified', () => {
    const open = entriesOf(checkedIn(provider)).filter(([, listed]) => listed === UNCLASSIFIED);
    expect(open).toEqual([]);
    const { operations } = providerById(provider);
    expect(operations.filter(({ denied }) => denied === 'unclassified')).toEqual([]);
    expect(operations).toHaveLength(entriesOf(checkedIn(provider)).length);
  });

  test('what costs money has an amount rule, and only that', () => {
    for (const operation of providerById(provider).operations) {
      const name = `${operation.method} ${operation.template}`;
      const listed = entriesOf(checkedIn(provider)).find(([entry]) => entry === name)?.[1];
      expect([name, operation.class === 'money']).toEqual([name, listed === 'money' || listed === 'unpriced']);
    }
  });
});

test('how many operations the official SDKs have, by class', () => {
  const counts = LISTED_PROVIDERS.map((provider) => {
    const byClass = Map.groupBy(providerById(provider).operations, (operation) => operation.class);
    return [provider, Object.fromEntries([...byClass].map(([name, all]) => [name, all.length]))];
  });
  expect(Object.fromEntries(counts)).toEqual({
    stripe: { read: 288, free: 280, money: 58, denied: 24 },
    twilio: { read: 770, free: 540, money: 165, denied: 78 },
    resend: { read: 61, free: 59, money: 12, denied: 10 },
  });
});

test('a new operation is unclassified until somebody decides, and a decision stays', () => {
  const before = operationList('sdk@1', [{ method: 'POST', template: '/v1/things' }], undefined);
  expect(before.resources).toEqual({ things: { 'POST /v1/things': UNCLASSIFIED } });
  const decided = { ...before, resources: { things: { 'POST /v1/things': 'free' } } };
  const found = [
    { method: 'POST', template: '/v1/things' },
    { method: 'POST', template: '/v1/things/{thingId}/sell' },
    { method: 'GET', template: '/v1/things/{id}' },
    { method: 'GET', template: '/v1/things/{other}' },
  ];
  expect(operationList('sdk@2', found, decided).resources).toEqual({
    things: {
      'POST /v1/things': 'free',
      'GET /v1/things/{id}': 'read',
      'POST /v1/things/{thingId}/sell': UNCLASSIFIED,
    },
  });
});
