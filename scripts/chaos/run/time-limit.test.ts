/** A time limit of a chaos run counts only the time in which the run could work. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { timeLimit } from './time-limit.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('it is over after its time, and says how long that was', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const over = vi.fn();
  timeLimit(20_000, over);
  vi.advanceTimersByTime(19_900);
  expect(over).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(over.mock.calls).toEqual([['for 20 s (without 0 s of waiting for a CPU)']]);
});

test('a cancelled limit is never over', () => {
  vi.useFakeTimers();
  const over = vi.fn();
  timeLimit(1_000, over)();
  vi.advanceTimersByTime(10_000);
  expect(over).not.toHaveBeenCalled();
});

test('time in which the process cannot work does not count', async () => {
  const ended = Promise.withResolvers<string>();
  const over = vi.fn(ended.resolve);
  timeLimit(1_000, over);
  // Blocks this process, as a busy machine does.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
  await turn();
  await turn();
  expect(over).not.toHaveBeenCalled();
  expect(await ended.promise).toMatch(/^for 1 s \(without [2-9]\d* s/);
});
