import { expect, test } from 'vitest';
import { answeredId } from './answered-id.js';

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ['{"id":"ch_1","object":"charge"}', 'ch_1'],
  ['{"sid":"SM1","id":null}', 'SM1'],
  ['{"object_id":"a1"}', 'a1'],
  ['{"data":[{"id":"x"}]}', undefined],
  ['{"id":7}', undefined],
  ['{"id":""}', undefined],
  [`{"id":"${'x'.repeat(201)}"}`, undefined],
  ['[1]', undefined],
  ['null', undefined],
  ['<html>', undefined],
])('%s is about %s', (body, id) => {
  expect(answeredId(bytes(body))).toBe(id);
});
