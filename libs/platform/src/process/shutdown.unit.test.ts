import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { installShutdown, type ShutdownStep } from './shutdown.js';

const logger = pino({ level: 'silent' });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function install(steps: readonly ShutdownStep[], budgetMs = 10_000) {
  const signals = new EventEmitter() as EventEmitter & NodeJS.Process;
  const exits: number[] = [];
  installShutdown({ logger, steps, budgetMs, signals, exit: (code) => void exits.push(code) });
  return { signals, exits };
}

const never = () => new Promise<void>(() => undefined);

test('runs the steps in order, a failed one included, and tells by the exit code', async () => {
  const order: string[] = [];
  const step = (name: string, error?: Error) => ({
    name,
    run: async () => {
      order.push(name);
      if (error !== undefined) throw error;
    },
  });
  const { signals, exits } = install([step('drain'), step('close', new Error('no')), step('database')]);
  signals.emit('SIGTERM', 'SIGTERM');
  await vi.advanceTimersByTimeAsync(0);
  expect(order).toEqual(['drain', 'close', 'database']);
  expect(exits).toEqual([1]);
});

test('one Ctrl-C that arrives three times is one; a later one ends at once', async () => {
  const { signals, exits } = install([{ name: 'drain', run: never }]);
  for (const _ of [1, 2, 3]) signals.emit('SIGINT', 'SIGINT');
  await vi.advanceTimersByTimeAsync(1_400);
  expect(exits).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  signals.emit('SIGINT', 'SIGINT');
  expect(exits).toEqual([1]);
});

test('ends when the budget is used up', async () => {
  const { signals, exits } = install([{ name: 'drain', run: never }], 5_000);
  signals.emit('SIGTERM', 'SIGTERM');
  await vi.advanceTimersByTimeAsync(4_999);
  expect(exits).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(exits).toEqual([1]);
});

test('stops in order when the start script is gone', async () => {
  const run = vi.fn(() => Promise.resolve());
  const { signals, exits } = install([{ name: 'drain', run }]);
  signals.emit('disconnect');
  await vi.advanceTimersByTimeAsync(0);
  expect(run).toHaveBeenCalledOnce();
  expect(exits).toEqual([0]);
});
