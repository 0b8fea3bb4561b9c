/**
 * How many bytes of a channel may be in flight, and when the small writes of a flood (bulk output) are
 * collected.
 */
import { beforeEach, expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { Pacer } from './pacer.ts';

const KIB = 1024;

let clock: SimClock;
let went: number;
let pace: Pacer;
beforeEach(() => {
  clock = new SimClock();
  went = 0;
  pace = new Pacer({ clock, kind: 'terminal', window: 128 * KIB, go: () => went++ });
});

/** Simulates a source that writes more than a screenful at once, and then nothing. */
function burst(): void {
  pace.sent(32 * KIB, 32 * KIB, 32 * KIB);
  pace.dry();
}

test('a frame that a hop has split frees room piece by piece', async () => {
  pace.sent(16 * KIB, 16 * KIB, 16 * KIB);
  await clock.advance(100);
  pace.confirmed(4 * KIB);
  expect(pace.room(false)).toEqual({ wire: 0, whole: 0 });
  await clock.advance(10);
  pace.confirmed(8 * KIB);
  const { wire, whole } = pace.room(false);
  expect(wire).toBeGreaterThan(2 * KIB);
  expect(whole).toBe(wire);
});

test('a slow path that acknowledges only whole frames, and late, is filled all the same', async () => {
  /**
   * The rate in bytes per ms, and the time in ms from the last byte of a frame to its ACK: 80 ms on the line
   * and 25 ms of ACK delay.
   */
  const [rate, answer] = [125, 105];
  let [freeAt, upTo, confirmed] = [0, 0, 0];
  const send = () => {
    for (;;) {
      const bytes = pace.room(upTo === confirmed).wire;
      if (bytes === 0) return;
      upTo += bytes;
      pace.sent(upTo, bytes, bytes);
      freeAt = Math.max(freeAt, clock.now()) + bytes / rate;
      const arrives = upTo;
      clock.after(freeAt + answer - clock.now(), () => {
        confirmed = arrives;
        pace.confirmed(arrives);
        send();
      });
    }
  };
  send();
  await clock.advance(2_000);
  const before = confirmed;
  await clock.advance(5_000);
  expect((confirmed - before) / 5_000).toBeGreaterThan(0.95 * rate);
});

test('small writes after a flood are collected for 50 ms', async () => {
  burst();
  expect(pace.ready(100)).toBe(false);
  await clock.advance(49);
  expect(went).toBe(0);
  await clock.advance(1);
  expect(went).toBe(1);
});

test('they are still collected if the ones before took that long too', async () => {
  burst();
  await clock.advance(10);
  expect(pace.ready(100)).toBe(false);
  await clock.advance(50);
  pace.sent(32 * KIB + 100, 100, 100);
  pace.dry();
  expect(pace.ready(100)).toBe(false);
});

test('bytes that waited for room are sent as soon as there is some', () => {
  pace.sent(32 * KIB, 32 * KIB, 32 * KIB);
  expect(pace.ready(100)).toBe(true);
});

test('after a pause a source is no flood any more: its writes are sent at once', async () => {
  burst();
  await clock.advance(100);
  expect(pace.ready(100)).toBe(true);
});

test('a VNC server paces itself: after small answers on a long path it may send a whole picture', async () => {
  const own = new Pacer({ clock, kind: 'vnc', window: 512 * KIB, go: () => {} });
  for (let answer = 1; answer <= 10; answer++) {
    own.sent(100 * answer, 100, 100);
    own.dry();
    await clock.advance(80);
    own.confirmed(100 * answer);
  }
  expect(own.room(true).wire).toBeGreaterThan(512 * KIB);
});
