/**
 * If frames take long to make, the sender lets other work run in between, even if the socket accepts more at
 * once.
 */
import { expect, test } from 'vitest';
import type { SendQueue } from './send-queue.ts';
import { Sender } from './sender.ts';

test('frames are made for 2 ms at a time', async () => {
  let now = 0;
  const waiting: (() => void)[] = [];
  const clock = {
    now: () => now,
    after(_ms: number, run: () => void) {
      waiting.push(run);
      return () => waiting.splice(waiting.indexOf(run), 1);
    },
    soon: (run: () => void) => queueMicrotask(run),
  };
  let sent = 0;
  const transport = {
    buffered: 0,
    send(message: Uint8Array) {
      sent += message.length;
      sender.drained();
    },
    close() {},
  };
  const sender: Sender = new Sender({ transport, clock, ping: () => new Uint8Array(0) });
  const slow: SendQueue = {
    group: '',
    queued: 0,
    emit() {
      now += 0.5;
      return new Uint8Array(1);
    },
    drop() {},
  };
  sender.want(slow);
  await Promise.resolve();
  expect(sent).toBe(4);
  sender.drained();
  sender.want(slow);
  await Promise.resolve();
  expect([sent, waiting.length]).toEqual([4, 1]);
  waiting[0]!();
  expect([sent, waiting.length]).toEqual([8, 1]);
});
