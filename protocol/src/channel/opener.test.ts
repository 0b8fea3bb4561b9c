/**
 * What only the opening end does: it attaches the channel, and tells the hops afterwards to forget the
 * channel.
 */
import { expect, test } from 'vitest';
import { Leg } from '../leg/index.ts';
import { SimClock } from '../sim/index.ts';
import { Path } from '../sim/world/index.ts';
import { heardBy } from '../testing/index.ts';
import {
  ERRORS,
  type ErrorCode,
  encode,
  type Frame,
  type FrameOf,
  FrameType,
  packMeta,
  VERSION,
} from '../wire/index.ts';
import type { ChannelHandler } from './channel-handler.ts';
import { Opener } from './opener.ts';

type Open = FrameOf<typeof FrameType.OPEN>;

const NONE = packMeta({});

/**
 * Makes an opener whose peer answers each OPEN with these frames. The opener attaches as soon as its leg is
 * up.
 */
async function openerOver(answers: (open: Open) => Frame[], handler: Partial<ChannelHandler> = {}) {
  const clock = new SimClock();
  const opens: Open[] = [];
  const transport = heardBy((frame) => {
    if (frame.type === FrameType.HELLO)
      leg.receive(encode({ type: FrameType.WELCOME, version: VERSION, meta: NONE }));
    if (frame.type !== FrameType.OPEN) return;
    opens.push(frame);
    for (const answer of answers(frame)) leg.receive(encode(answer));
  });
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
    handler: { data: () => {}, closed: () => {}, ...handler },
  });
  await clock.until(() => leg.up, 1_000);
  opener.attach();
  return { clock, leg, opener, opens };
}

const accept = ({ ch, attach }: Open, recvNext = 0): Frame => ({
  type: FrameType.ACCEPT,
  ch,
  attach,
  recvNext,
  limit: 1000,
  meta: NONE,
});

test('a channel that is aborted while it is being opened leaves nothing at the other end', async () => {
  const ends: ErrorCode[] = [];
  const path = new Path({
    delayMs: () => 5,
    accept: (request) => {
      request.accept({ data: () => {}, closed: (code) => ends.push(code) }, {});
    },
    onConsumerUp: () => {},
  });
  await path.clock.until(() => path.consumerLeg?.up === true && path.providerLeg?.up === true, 1_000);
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

test('a channel that turns out to be over when it attaches again reports only that it is closed', async () => {
  const told: string[] = [];
  // The answer to the second OPEN has an offset after the end of the stream.
  const answers = (open: Open): Frame[] => [
    accept(open, open.attach - 1),
    ...(open.attach > 1
      ? []
      : [{ type: FrameType.FIN, ch: open.ch, finalOff: 0, code: 0, message: 'bye' } as const]),
  ];
  const { clock, leg, opener } = await openerOver(answers, {
    attached: () => told.push('attached'),
    ended: (_code, message) => told.push(`ended ${message}`),
    closed: (code) => told.push(`closed ${code}`),
  });
  opener.end();
  await clock.until(() => told.length === 2, 1_000);
  leg.portOf(1)!.lost('LEG_LOST');
  await clock.until(() => opener.isClosed, 5_000);
  expect(told).toEqual(['attached', 'ended bye', 'closed OK']);
});

test('bytes that come before ACCEPT are not taken: a hop has lost it, and the channel attaches again', async () => {
  const got: number[] = [];
  const answers = (open: Open): Frame[] => [
    ...(open.attach > 1 ? [accept(open)] : []),
    { type: FrameType.DATA, ch: open.ch, off: 0, bytes: Uint8Array.of(7) },
  ];
  const { clock, leg, opener, opens } = await openerOver(answers, { data: (bytes) => got.push(...bytes) });
  await clock.until(() => opener.attachedNow, 1_000);
  await clock.advance(10);
  expect(opens).toMatchObject([
    { attach: 1, recvNext: 0, mustExist: false },
    { attach: 2, recvNext: 0, mustExist: false },
  ]);
  expect(got).toEqual([7]);
  expect(leg.channels).toBe(1);
});

test('an OPEN on a path that is going away and does not answer is sent again on the new path', async () => {
  const { clock, opener, opens } = await openerOver((open) =>
    open.attach === 1
      ? [{ type: FrameType.DETACHED, ch: open.ch, code: ERRORS.GOING_AWAY.number }]
      : [accept(open)],
  );
  await clock.until(() => opener.attachedNow, 300);
  expect(opens.map(({ attach }) => attach)).toEqual([1, 2]);
});
