import { expect, test } from 'vitest';
import { BLANK, missingAmounts, parseJson, toJson } from './draft.ts';

test('the form and the JSON view have the same draft', () => {
  const draft = { ...BLANK, name: 'x', requestsPerMonth: 5, unpriced: { reserveMinor: '9', currency: 'eur' } };
  expect(parseJson(toJson(draft))).toEqual({ draft });
});

test.each([
  ['{', /^This is not JSON: /],
  ['[]', /^A policy is an object\.$/],
  ['{"nme":"x"}', /^A policy has no nme\.$/],
  ['{"caps":"x"}', /^caps has another form than it should have\.$/],
  ['{"caps":[{"scope":"key"}]}', /^caps has another form/],
  ['{"unpriced":{}}', /^unpriced has another form/],
])('what the form can’t show is told, and kept: %s', (text, problem) => {
  expect(parseJson(text)).toEqual({ problem: expect.stringMatching(problem) as string });
});

test('what is left out has its default, but no cap appears by itself', () => {
  expect(parseJson('{"name":"x"}')).toEqual({ draft: { ...BLANK, name: 'x', caps: [] } });
});

test('amounts that are not typed yet are named', () => {
  expect(missingAmounts({ ...BLANK, perCallMax: { usd: '' } })).toEqual([
    'the limit of cap 1',
    'the most for one call in usd',
  ]);
});
