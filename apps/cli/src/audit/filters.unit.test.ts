import { expect, test } from 'vitest';
import { toAuditQuery } from './filters.js';

const NOW_MS = Date.UTC(2026, 10, 25, 12);

test('filters by the names of the API; times so long ago', () => {
  expect(toAuditQuery({ key: 'vk_1', run: 'r', from: '90m', to: '2026-11-25T12:00:00Z' }, NOW_MS)).toEqual({
    vaultKeyId: 'vk_1',
    runId: 'r',
    from: '2026-11-25T10:30:00.000Z',
    to: '2026-11-25T12:00:00Z',
  });
  expect(toAuditQuery({ where: ['rule=cap', 'message=a=b'] }, NOW_MS)).toEqual({ rule: 'cap', message: 'a=b' });
  expect(() => toAuditQuery({ where: ['rule'] }, NOW_MS)).toThrow('is not name=value');
});
