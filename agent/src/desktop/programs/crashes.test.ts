/** When a program that crashes again and again is not restarted any more. */
import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { Crashes } from './crashes.ts';

test('the third end within 30 s is the last, for each program by itself', async () => {
  const clock = new SimClock();
  const crashes = new Crashes(clock);
  expect([crashes.mayRestart('Xvnc'), crashes.mayRestart('Chromium')]).toEqual([true, true]);
  await clock.advance(29_000);
  expect([crashes.mayRestart('Xvnc'), crashes.mayRestart('Xvnc')]).toEqual([true, false]);
  expect(crashes.mayRestart('Chromium')).toBe(true);
});

test('ends that lie further apart are forgotten', async () => {
  const clock = new SimClock();
  const crashes = new Crashes(clock);
  for (let i = 0; i < 20; i++) {
    expect(crashes.mayRestart('Xvnc')).toBe(true);
    await clock.advance(16_000);
  }
});
