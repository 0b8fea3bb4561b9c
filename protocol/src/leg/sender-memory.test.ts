/** The memory of large frames is reused, but never while the socket may still read that memory. */
import { expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { decode, encode, FrameMemory, FrameType, MAX_DATA } from '../wire/index.ts';
import type { SendQueue } from './send-queue.ts';
import { Sender } from './sender.ts';

const LARGE = 10_000;

test('only memory that was freed is used again', () => {
  const memory = new FrameMemory();
  const [one, two] = [memory.take(LARGE), memory.take(LARGE)];
  expect(two.buffer).not.toBe(one.buffer);
  memory.giveBack(one);
  const three = memory.take(LARGE + 1);
  expect(three.buffer).toBe(one.buffer);
  expect(three.length).toBe(LARGE + 1);
  const foreign = new Uint8Array(three.buffer.byteLength);
  memory.giveBack(foreign);
  expect(memory.take(LARGE).buffer).not.toBe(foreign.buffer);
});

test('freeing memory twice makes it available once', () => {
  const memory = new FrameMemory();
  const one = memory.take(LARGE);
  memory.giveBack(one);
  memory.giveBack(one);
  expect(memory.take(LARGE).buffer).not.toBe(memory.take(LARGE).buffer);
});

test('a transport that takes a frame late finds it unchanged', async () => {
  const clock = new SimClock();
  const taken: { message: Uint8Array; done: (() => void) | undefined }[] = [];
  const transport = {
    buffered: 0,
    send: (message: Uint8Array, done?: () => void) => taken.push({ message, done }),
    close: () => {},
  };
  const ping = (answered: () => void) => {
    clock.after(1, answered);
    return encode({ type: FrameType.PING, id: 1 });
  };
  const sender = new Sender({ transport, clock, ping });
  let next = 0;
  const queue: SendQueue = {
    group: '',
    queued: 0,
    emit(_max, memory) {
      if (next === 20) return undefined;
      const bytes = new Uint8Array(MAX_DATA).fill(++next);
      return encode({ type: FrameType.DATA, ch: 1, off: 0, bytes }, memory);
    },
    drop: () => {},
  };
  const seen: number[] = [];
  sender.want(queue);
  for (let turn = 0; turn < 100 && seen.length < 20; turn++) {
    await clock.advance(1_000);
    // The messages are freed one at a time. Until then, no other frame may have used the same memory.
    const first = taken.shift();
    if (!first) continue;
    const { frame } = decode(first.message);
    if (frame.type === FrameType.DATA) {
      expect(new Set(frame.bytes).size).toBe(1);
      seen.push(frame.bytes[0]!);
    }
    first.done?.();
    sender.flush();
  }
  expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});
