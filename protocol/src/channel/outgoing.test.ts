/**
 * The sending direction keeps the bytes that may have to be sent again, and never keeps more than its window.
 */
import { expect, test } from 'vitest';
import { Outgoing } from './outgoing.ts';

const WINDOW = 100;
const endless = (max: number) => new Uint8Array(max);

/** Sends until nothing more may be sent. Returns the number of sent bytes. */
function flood(outgoing: Outgoing): number {
  let sent = 0;
  for (let piece = outgoing.next(30, endless); piece; piece = outgoing.next(30, endless)) {
    sent += piece.bytes.length;
  }
  return sent;
}

test('a peer that sends a limit beyond the window gets no more than the window', () => {
  const outgoing = new Outgoing(WINDOW);
  outgoing.confirm(0, Number.MAX_SAFE_INTEGER);
  expect([flood(outgoing), outgoing.inFlight]).toEqual([WINDOW, WINDOW]);
  outgoing.confirm(40, Number.MAX_SAFE_INTEGER);
  expect([flood(outgoing), outgoing.inFlight]).toEqual([40, WINDOW]);
});

test('a limit never goes back', () => {
  const outgoing = new Outgoing(WINDOW);
  outgoing.confirm(0, 50);
  outgoing.confirm(0, 20);
  expect(flood(outgoing)).toBe(50);
});

test('acknowledged bytes are not kept, and the others are sent again after a rewind', () => {
  const outgoing = new Outgoing(WINDOW);
  outgoing.confirm(0, WINDOW);
  flood(outgoing);
  outgoing.confirm(45, 45 + WINDOW);
  outgoing.rewind(60, 60 + WINDOW);
  expect(outgoing.next(1000, endless)).toMatchObject({ off: 60 });
});

test('only credit that was given in this attachment counts', () => {
  const outgoing = new Outgoing(WINDOW);
  outgoing.confirm(0, WINDOW);
  flood(outgoing);
  outgoing.confirm(60, 60 + WINDOW);
  flood(outgoing);
  outgoing.rewind(44, 120);
  expect([flood(outgoing), outgoing.sentEnd, outgoing.atLimit]).toEqual([60, 120, true]);
  outgoing.confirm(60, 60 + WINDOW);
  expect([flood(outgoing), outgoing.sentEnd]).toEqual([40, 160]);
  outgoing.rewind(44, 50);
  expect([flood(outgoing), outgoing.atLimit]).toEqual([0, true]);
});

test('bytes that the peer confirms after a rewind are not sent again', () => {
  const outgoing = new Outgoing(WINDOW);
  outgoing.confirm(0, WINDOW);
  outgoing.end({ code: 0, message: '' });
  let left = 50;
  const some = (max: number) => {
    const size = Math.min(max, left);
    left -= size;
    return size > 0 ? new Uint8Array(size) : undefined;
  };
  while (outgoing.next(1000, some)) {}
  expect(outgoing.takeFin()).toMatchObject({ finalOff: 50 });
  outgoing.rewind(10, 10 + WINDOW);
  outgoing.confirm(40, 40 + WINDOW);
  expect(outgoing.next(1000, some)).toMatchObject({ off: 40 });
  outgoing.rewind(10, 10 + WINDOW);
  outgoing.confirm(51, 51 + WINDOW);
  expect([outgoing.next(1000, some), outgoing.takeFin(), outgoing.done]).toEqual([
    undefined,
    undefined,
    true,
  ]);
});

test('an older position in a new attachment does not undo a confirmation', () => {
  const outgoing = new Outgoing(WINDOW);
  outgoing.confirm(0, WINDOW);
  flood(outgoing);
  outgoing.confirm(60, 60 + WINDOW);
  outgoing.rewind(44, 44 + WINDOW);
  expect(outgoing.next(1000, endless)).toMatchObject({ off: 60 });
});

test('bytes that were never sent cannot be acknowledged', () => {
  const outgoing = new Outgoing(WINDOW);
  expect(() => outgoing.confirm(1, WINDOW)).toThrow(expect.objectContaining({ code: 'FLOW_VIOLATION' }));
});
