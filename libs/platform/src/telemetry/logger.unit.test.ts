import { expect, test } from 'vitest';
import { createLogger } from './logger.js';
import { createNestLogger } from './nest-logger.js';

const secretPart = 'A'.repeat(43);
const vaultKey = `vk_default_abcd1234_${secretPart}`;

function capture(secrets: readonly string[] = []) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, logger: createLogger({ name: 'gateway', level: 'trace', secrets, destination }) };
}

test('writes one JSON object per line with time, level, app and message', () => {
  const { lines, logger } = capture();
  logger.info({ reservationId: 'rsv_1' }, 'held');
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] as string);
  expect(line).toMatchObject({ level: 'info', name: 'gateway', msg: 'held', reservationId: 'rsv_1' });
  expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test('no canary gets through: in messages, deep fields, errors, headers, addresses', () => {
  const pepper = 'pepper "with" quotes';
  const token = '0123456789abcdef0123456789abcdef';
  const { lines, logger } = capture([pepper, token]);
  const error = new Error(`upstream said: Invalid API Key provided: sk_live_canary12345`);
  error.cause = new Error(`postgres://app:canarypass@db:5432/x refused ${pepper}`);
  logger.error({ err: error }, `call with ${vaultKey}.run-7 failed`);
  logger.warn({ a: { b: { c: { d: ['rk_test_canary12345', `re_canary12_canary34`] } } }, token });
  logger.info({ headers: { authorization: 'Token canary' } }, `Authorization: Basic ${btoa('AC1:canary')}`);
  createNestLogger(logger).error(new Error(`whsec_canary123456 Bearer ${vaultKey}`), 'stack', 'Ctx');
  const all = lines.join('');
  for (const canary of ['canary', 'pepper', token, secretPart, btoa('AC1:canary')]) expect(all).not.toContain(canary);
  expect(all).toContain('vk_default_abcd1234_***.run-7');
  expect(all).toContain('postgres://app:***@db:5432/x');
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
});
