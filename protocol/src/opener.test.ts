/** What only the opening end does: it alone attaches, and it cleans up after itself. */
import { expect, test } from 'vitest';
import { decode, encode } from './codec.ts';
import { ERRORS, type ErrorCode } from './errors.ts';
import { FrameType, VERSION } from './frame.ts';
import { Leg } from './leg.ts';
import { packMeta } from './meta.ts';
import { Opener } from './opener.ts';
import { SimClock } from './sim/clock.ts';
import { Path } from './sim/path.ts';

test('a channel that is aborted while it is being opened leaves nothing at the other end', async () => {
  const ends: ErrorCode[] = [];
  const path = new Path({
    delayMs: () => 5,
    reconnectMs: 100,
    accept: (request) => {
      request.accept({ data: () => {}, closed: (code) => ends.push(code) }, {});
    },
    onConsumerUp: () => {},
  });
  await path.clock.until(() => path.consumerLeg !== undefined && path.providerLeg?.up === true, 1_000);
  const opener = new Opener({
    clock: path.clock,
    kind: 'terminal',
    meta: () => ({}),
    random: (bytes) => new Uint8Array(bytes),
    leg: () => path.consumerLeg,
    resume: true,
    handler: { data: () => {}, closed: () => {} },
  });
  opener.attach();
  opener.reset('OK', '');
  await path.clock.advance(100);
  expect(ends).toEqual(['OK']);
});

test('a channel that turns out to be over when it is attached again says only that it is closed', async () => {
  const clock = new SimClock();
  const told: string[] = [];
  const none = packMeta({});
  /** Answers HELLO, and the second OPEN with a position behind the end. */
  const answer = (type: number, ch: number, attach: number) => {
    if (type === FrameType.HELLO)
      leg.receive(encode({ type: FrameType.WELCOME, version: VERSION, meta: none }));
    if (type !== FrameType.OPEN) return;
    const accept = { type: FrameType.ACCEPT, ch, attach, recvNext: attach - 1, limit: 1000, meta: none };
    leg.receive(encode(accept));
    if (attach > 1) return;
    leg.receive(encode({ type: FrameType.FIN, ch, finalOff: 0, code: 0, message: 'bye' }));
  };
  const transport = {
    buffered: 0,
    close: () => {},
    send: (message: Uint8Array) => {
      for (let at = 0; at < message.length; ) {
        const { frame, end } = decode(message, at);
        at = end;
        const { ch = 0, attach = 0 } = frame as { ch?: number; attach?: number };
        answer(frame.type, ch, attach);
      }
    },
  };
  const handler = { closed: () => {} };
  const leg: Leg = new Leg({ transport, clock, peer: 'hub', dial: { meta: {} }, handler });
  const opener = new Opener({
    clock,
    kind: 'terminal',
    meta: () => ({}),
    random: (bytes) => new Uint8Array(bytes),
    leg: () => leg,
    resume: true,
    handler: {
      data: () => {},
      attached: () => told.push('attached'),
      ended: (_code, message) => told.push(`ended ${message}`),
      closed: (code) => told.push(`closed ${code}`),
    },
  });
  await clock.until(() => leg.up, 1_000);
  opener.attach();
  opener.end();
  await clock.until(() => told.length === 2, 1_000);
  leg.portOf(1)!.lost('LEG_LOST');
  await clock.until(() => opener.isClosed, 5_000);
  expect(told).toEqual(['attached', 'ended bye', 'closed OK']);
});

test('bytes that come before ACCEPT are not taken: a hop has lost it, and the channel attaches anew', async () => {
  const clock = new SimClock();
  const opens: { attach: number; recvNext: number; mustExist: boolean }[] = [];
  const got: number[] = [];
  const none = packMeta({});
  const transport = {
    buffered: 0,
    close: () => {},
    send: (message: Uint8Array) => {
      const { frame } = decode(message);
      if (frame.type === FrameType.HELLO)
        leg.receive(encode({ type: FrameType.WELCOME, version: VERSION, meta: none }));
      if (frame.type !== FrameType.OPEN) return;
      const { ch, attach, recvNext, mustExist } = frame;
      opens.push({ attach, recvNext, mustExist });
      if (attach > 1)
        leg.receive(encode({ type: FrameType.ACCEPT, ch, attach, recvNext: 0, limit: 9, meta: none }));
      leg.receive(encode({ type: FrameType.DATA, ch, off: 0, bytes: Uint8Array.of(7) }));
    },
  };
  const leg: Leg = new Leg({
    transport,
    clock,
    peer: 'hub',
    dial: { meta: {} },
    handler: { closed: () => {} },
  });
  const opener = new Opener({
    clock,
    kind: 'terminal',
    meta: () => ({}),
    random: (bytes) => new Uint8Array(bytes),
    leg: () => leg,
    resume: true,
    handler: { data: (bytes) => got.push(...bytes), closed: () => {} },
  });
  await clock.until(() => leg.up, 1_000);
  opener.attach();
  await clock.until(() => opener.attachedNow, 1_000);
  await clock.advance(10);
  expect(opens).toEqual([
    { attach: 1, recvNext: 0, mustExist: false },
    { attach: 2, recvNext: 0, mustExist: false },
  ]);
  expect(got).toEqual([7]);
  expect(leg.channels).toBe(1);
});

test('an OPEN on a path that is going away and does not answer is said anew, on the new path', async () => {
  const clock = new SimClock();
  const opens: number[] = [];
  const none = packMeta({});
  const transport = {
    buffered: 0,
    close: () => {},
    send: (message: Uint8Array) => {
      const { frame } = decode(message);
      if (frame.type === FrameType.HELLO)
        leg.receive(encode({ type: FrameType.WELCOME, version: VERSION, meta: none }));
      if (frame.type !== FrameType.OPEN) return;
      const { ch, attach } = frame;
      opens.push(attach);
      if (attach === 1) leg.receive(encode({ type: FrameType.DETACHED, ch, code: ERRORS.GOING_AWAY.number }));
      else leg.receive(encode({ type: FrameType.ACCEPT, ch, attach, recvNext: 0, limit: 9, meta: none }));
    },
  };
  const leg: Leg = new Leg({
    transport,
    clock,
    peer: 'hub',
    dial: { meta: {} },
    handler: { closed: () => {} },
  });
  const opener = new Opener({
    clock,
    kind: 'terminal',
    meta: () => ({}),
    random: (bytes) => new Uint8Array(bytes),
    leg: () => leg,
    resume: true,
    handler: { data: () => {}, closed: () => {} },
  });
  await clock.until(() => leg.up, 1_000);
  opener.attach();
  await clock.until(() => opener.attachedNow, 300);
  expect(opens).toEqual([1, 2]);
});
