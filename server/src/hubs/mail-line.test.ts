/** A hub that stood still for a while, with mail that waits to be read. */
import { type Clock, Leg } from '@unicore/protocol';
import { expect, test } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { NO_METER } from '../testing/meter.ts';
import { unseal } from './envelope.ts';
import { MailLine } from './mail-line.ts';

/**
 * Time that passes without timers, as in a process that is held up; due() then runs those that are due, the late ones too.
 * read(): all that has arrived was dealt with.
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

test('it reads first, and calls nobody silent who wrote meanwhile', () => {
  const held = heldClock();
  const closed = lineOver(held.clock);
  held.pass(3_000);
  held.due();
  expect(closed).toEqual([]);
});

test('silence that goes on after that is silence', () => {
  const held = heldClock();
  const closed = lineOver(held.clock);
  held.pass(3_000);
  held.due();
  held.pass(500);
  held.due();
  expect(closed).toEqual(['PEER_SILENT']);
});

test('what many say in the same moment goes as one mail, and a flood does not wait for it', () => {
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

test('mail that has to wait for room is told, with how long it waited', () => {
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
