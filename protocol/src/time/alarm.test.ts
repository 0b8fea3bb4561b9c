/** An alarm fires once, at the time to which it was last set, even if the clock's timer fires earlier. */
import { expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { Alarm } from './alarm.ts';

function alarm() {
  const clock = new SimClock();
  const rang: number[] = [];
  return { clock, rang, alarm: new Alarm(clock, () => rang.push(clock.now())) };
}

test('it fires once, at the time that it was last set to', async () => {
  const { clock, rang, alarm: one } = alarm();
  one.set(10);
  await clock.advance(5);
  one.set(10);
  await clock.advance(9);
  expect([rang, one.isSet]).toEqual([[], true]);
  one.set(3);
  await clock.advance(100);
  expect([rang, one.isSet]).toEqual([[17], false]);
});

test('it does not fire after it was cancelled, and may be set again', async () => {
  const { clock, rang, alarm: one } = alarm();
  one.set(10);
  one.clear();
  await clock.advance(6);
  one.set(10);
  await clock.advance(9);
  expect(rang).toEqual([]);
  await clock.advance(1);
  expect(rang).toEqual([16]);
});

test('however often it is set and cancelled, only one timer runs, and none after stop()', async () => {
  const { clock, rang, alarm: one } = alarm();
  for (let i = 0; i < 1_000; i++) {
    one.set(10);
    await clock.advance(0.1);
    one.clear();
  }
  expect(clock.pending).toBeLessThanOrEqual(1);
  one.set(10);
  one.stop();
  expect(clock.pending).toBe(0);
  await clock.advance(100);
  expect(rang).toEqual([]);
});
