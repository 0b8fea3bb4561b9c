/** A hub that stood still for a while, with mail that waits to be read. */
import { type Clock, Leg } from '@unicore/protocol';
import { expect, test } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { NO_METER } from '../testing/meter.ts';
import { MailLine } from './mail-line.ts';

/** Time that passes without timers, as in a process that is held up; due() then runs those that are due, the late ones too. */
function heldClock() {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    soon: queueMicrotask,
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
  };
}

function lineOver(clock: Clock) {
  const plane = new LocalWorld(clock).join();
  const line = new MailLine({
    backplane: { ...plane, send: async () => true },
    clock,
    meter: NO_METER,
    peer: 'f'.repeat(32),
    id: 1,
    dialled: true,
    room: () => 1_000_000,
  });
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
