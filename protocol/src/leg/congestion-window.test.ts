/** A congestion window fills any path and leaves only a short queue on the path. */
import { expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { CongestionWindow } from './congestion-window.ts';

interface Line {
  /** Bytes per ms. */
  rate: number;
  /** One-way delay, ms. */
  delay: number;
  /** Extra delay of answers in ms, because a machine was busy. */
  late?: () => number;
}

/** Simulates a sender that always has more to send, over a line with one queue. */
function sender(clock: SimClock, line: Line) {
  // Each piece occupies the line for a few ms.
  const piece = Math.max(1_000, 2 * line.rate);
  const flight = new CongestionWindow({
    clock,
    queueMs: 30,
    minQueue: 2_048,
    maxQueue: 256 * 1024,
    initial: 32 * 1024,
    remeasureMs: 10_000,
  });
  let freeAt = 0;
  let arrived = 0;
  let waits: number[] = [];
  let marks = 0;
  const mark = (at: number) => {
    const placed = flight.mark();
    marks++;
    clock.after(at - clock.now() + 2 * line.delay + (line.late?.() ?? 0), () => {
      marks--;
      flight.arrived(placed);
      pump();
    });
  };
  const pump = () => {
    const now = clock.now();
    while (flight.room > 0) {
      waits.push(Math.max(0, freeAt - now));
      freeAt = Math.max(now, freeAt) + piece / line.rate;
      flight.sent(piece);
      clock.after(freeAt - now + line.delay, () => {
        arrived += piece;
      });
      mark(freeAt);
    }
    if (marks === 0) mark(Math.max(now, freeAt));
  };
  pump();
  return {
    flight,
    /**
     * Measures for `ms` milliseconds. Returns the bytes per ms that arrived, and the 95th percentile of the
     * time in ms that pieces waited in the queue.
     */
    async measure(ms: number): Promise<{ rate: number; queue: number }> {
      const before = arrived;
      waits = [];
      await clock.advance(ms);
      return {
        rate: (arrived - before) / ms,
        queue: waits.sort((a, b) => a - b)[Math.floor(0.95 * waits.length)]!,
      };
    },
  };
}

for (const [name, line] of [
  ['1 Mbit/s and 80 ms', { rate: 125, delay: 40 }],
  ['8 Mbit/s and 20 ms', { rate: 1_000, delay: 10 }],
  ['100 Mbit/s and 150 ms', { rate: 12_500, delay: 75 }],
  ['64 kbit/s and 300 ms', { rate: 8, delay: 150 }],
] as const) {
  test(`on a line of ${name} it keeps nine tenths of the line and a queue of some 30 ms`, async () => {
    const clock = new SimClock();
    const s = sender(clock, line);
    await s.measure(5_000);
    const { rate, queue } = await s.measure(30_000);
    expect(rate).toBeGreaterThan(0.9 * line.rate);
    expect(queue).toBeLessThan(Math.max(45, (3 * 2_048) / line.rate));
  });
}

test('a long line is full within a few round trips', async () => {
  const line = { rate: 12_500, delay: 100 };
  const clock = new SimClock();
  const s = sender(clock, line);
  await s.measure(2_000);
  expect((await s.measure(1_000)).rate).toBeGreaterThan(0.9 * line.rate);
});

test('a line that becomes slower or faster is noticed', async () => {
  const clock = new SimClock();
  const line = { rate: 1_000, delay: 20 };
  const s = sender(clock, line);
  await s.measure(2_000);
  line.rate = 125;
  await s.measure(4_000);
  expect((await s.measure(2_000)).queue).toBeLessThan(60);
  line.rate = 2_000;
  await s.measure(2_000);
  expect((await s.measure(2_000)).rate).toBeGreaterThan(0.9 * line.rate);
});

test('its own queue never becomes part of the round trip that it assumes', async () => {
  const clock = new SimClock();
  const line = { rate: 125, delay: 40 };
  const s = sender(clock, line);
  await s.measure(120_000);
  const { rate, queue } = await s.measure(30_000);
  expect(rate).toBeGreaterThan(0.9 * line.rate);
  expect(queue).toBeLessThan(45);
});

test('a path that became longer is noticed in the end', async () => {
  const clock = new SimClock();
  const line = { rate: 1_000, delay: 5 };
  const s = sender(clock, line);
  await s.measure(3_000);
  line.delay = 60;
  await s.measure(25_000);
  expect((await s.measure(9_000)).rate).toBeGreaterThan(0.9 * line.rate);
});

test('answers that are late for other reasons than its queue do not starve it', async () => {
  const clock = new SimClock();
  let turn = 0;
  const line: Line = { rate: 5_000, delay: 0.2 };
  const s = sender(clock, line);
  await s.measure(5_000);
  // From now on both ends wait for the CPU of a busy machine.
  line.late = () => {
    turn += 37;
    return 60 + (turn % 11);
  };
  await s.measure(5_000);
  for (let second = 0; second < 20; second++) {
    expect((await s.measure(1_000)).rate).toBeGreaterThan(0.2 * line.rate);
  }
});
