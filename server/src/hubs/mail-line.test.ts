/** Tests a hub whose process was blocked for some time while unread messages waited. */
import { type Clock, Leg } from '@unicore/protocol';
import { expect, test } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { NO_METER } from '../testing/meter.ts';
import { unseal } from './envelope.ts';
import { MailLine } from './mail-line.ts';

/**
 * A clock that can pass time without running timers, as in a process that is blocked. due() then runs all
 * timers that are due. read() runs the work that waits until all received data has been handled.
 */
function heldClock() {
  let now = 0;
  let soon: (() => void)[] = [];
  let timers: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    soon: (run) => void soon.push(run),
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  return {
    clock,
    pass: (ms: number) => {
      now += ms;
    },
    due() {
      const ready = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { run } of ready) run();
    },
    read() {
      const ready = soon;
      soon = [];
      for (const run of ready) run();
    },
  };
}

function newLine(clock: Clock, send: (mail: Buffer) => void = () => {}, meter = NO_METER) {
  const plane = new LocalWorld(clock).join();
  return new MailLine({
    backplane: {
      ...plane,
      async send(_, mail) {
        send(Buffer.from(mail));
        return true;
      },
    },
    clock,
    meter,
    peer: 'f'.repeat(32),
    id: 1,
    dialled: true,
    room: () => 1_000_000,
  });
}

function lineOver(clock: Clock) {
  const line = newLine(clock);
  const closed: string[] = [];
  const leg = new Leg({
    transport: line,
    clock,
    peer: 'hub',
    dial: { meta: {} },
    handler: { closed: (code) => closed.push(code) },
  });
  line.attach(leg);
  return closed;
}

test('it reads the waiting messages before it declares the other side silent', () => {
  const held = heldClock();
  const closed = lineOver(held.clock);
  held.pass(3_000);
  held.due();
  expect(closed).toEqual([]);
});

test('if the silence goes on after that, the leg ends', () => {
  const held = heldClock();
  const closed = lineOver(held.clock);
  held.pass(3_000);
  held.due();
  held.pass(500);
  held.due();
  expect(closed).toEqual(['PEER_SILENT']);
});

test('messages of one turn are sent together, but a full batch is sent at once', () => {
  const held = heldClock();
  const mails: Buffer[] = [];
  const line = newLine(held.clock, (mail) => mails.push(mail));
  const say = (bytes: number) => {
    line.cork();
    line.send(new Uint8Array(bytes));
    line.uncork();
  };
  const lengths = () => mails.map((mail) => unseal(mail).messages.map(({ length }) => length));
  say(1);
  say(2);
  expect(lengths()).toEqual([]);
  held.read();
  expect(lengths()).toEqual([[1, 2]]);
  say(3);
  say(40_000);
  expect(lengths()).toEqual([
    [1, 2],
    [3, 40_000],
  ]);
  held.read();
  expect(mails).toHaveLength(2);
});

test('the time that messages wait for the window is reported', () => {
  const held = heldClock();
  const stalls: number[] = [];
  const meter = { ...NO_METER, stalled: (ms: number) => void stalls.push(ms) };
  const line = newLine(held.clock, () => {}, meter);
  line.send(new Uint8Array(64 * 1024));
  line.send(new Uint8Array(10));
  held.pass(40);
  line.send(new Uint8Array(10));
  held.pass(2);
  expect(stalls).toEqual([]);
  const hubs = { from: 'f'.repeat(32), to: 'e'.repeat(32), leg: 1, dialled: false };
  line.receive({ ...hubs, position: 0, limit: 1_000_000, closed: 0, messages: [] });
  line.send(new Uint8Array(10));
  held.read();
  expect(stalls).toEqual([42]);
});
