import { describe, expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { SAMPLES } from '../testing/index.ts';
import {
  decode,
  ERRORS,
  encode,
  type Frame,
  FrameType,
  MAX_MESSAGE,
  type Peer,
  packMeta,
} from '../wire/index.ts';
import { Leg } from './leg.ts';
import type { LegHandler } from './leg-options.ts';
import type { Port } from './ports.ts';

const META = packMeta({ token: 't' });
const HELLO = encode({ type: FrameType.HELLO, version: 1, minVersion: 1, meta: META });

const OPEN = SAMPLES[FrameType.OPEN];

/** Makes a leg whose other side is this test. The test sends scripted frames and records what the leg sends. */
function scripted(peer: Peer, handler: Partial<LegHandler> = {}, dial = false) {
  const clock = new SimClock();
  const sent: Frame[] = [];
  const messages: Uint8Array[] = [];
  const socket: { closed?: [number, string]; buffered: number } = { buffered: 0 };
  const events: unknown[][] = [];
  const leg = new Leg({
    clock,
    peer,
    transport: {
      get buffered() {
        return socket.buffered;
      },
      send(message) {
        messages.push(message);
        for (let at = 0; at < message.length; ) {
          const { frame, end } = decode(message.slice(), at);
          sent.push(frame);
          at = end;
        }
      },
      close: (code, reason) => {
        socket.closed = [code, reason];
      },
    },
    ...(dial ? { dial: { meta: { token: 't' } } } : {}),
    handler: {
      hello: () => leg.welcome({}),
      closed: (code) => events.push(['closed', code]),
      ...handler,
    },
  });
  return { leg, clock, sent, messages, socket, events };
}

async function greeted(peer: Peer, handler: Partial<LegHandler> = {}) {
  const s = scripted(peer, handler);
  s.leg.receive(HELLO.slice());
  await s.clock.advance(0);
  s.sent.length = 0;
  return s;
}

const recorder = (into: unknown[][]): Port => ({
  receive: (type, message, start, end) => into.push([type, decode(message, start).frame, end - start]),
  lost: (code) => into.push(['lost', code]),
});

describe('the handshake', () => {
  test('hands over the metadata of HELLO, and lets frames flow after WELCOME', async () => {
    const { leg, clock, sent, events } = scripted('consumer', {
      hello: (meta) => {
        events.push(['hello', meta]);
        leg.welcome({ hub: 'h' });
      },
    });
    leg.receive(HELLO.slice());
    await clock.advance(0);
    expect(events).toEqual([['hello', { token: 't' }]]);
    expect(sent.map((frame) => frame.type)).toEqual([FrameType.WELCOME]);
    expect(leg.up).toBe(true);
  });

  test.each([
    ['no HELLO within 5 s', (s: ReturnType<typeof scripted>) => s.clock.advance(5_000), 'HELLO_TIMEOUT'],
    [
      'a message that is no frame',
      (s: ReturnType<typeof scripted>) => s.leg.receive(new Uint8Array([1, 2])),
      'PROTOCOL_ERROR',
    ],
    [
      'an empty message',
      (s: ReturnType<typeof scripted>) => s.leg.receive(new Uint8Array(0)),
      'PROTOCOL_ERROR',
    ],
    [
      'a message over the limit',
      (s: ReturnType<typeof scripted>) => s.leg.receive(new Uint8Array(MAX_MESSAGE + 1)),
      'MESSAGE_TOO_BIG',
    ],
    [
      'a frame before HELLO',
      (s: ReturnType<typeof scripted>) => s.leg.receive(encode({ type: FrameType.PING, id: 1 })),
      'PROTOCOL_ERROR',
    ],
    [
      'a peer that is too new',
      (s: ReturnType<typeof scripted>) =>
        s.leg.receive(encode({ type: FrameType.HELLO, version: 9, minVersion: 8, meta: META })),
      'VERSION_UNSUPPORTED',
    ],
    [
      'a peer that is too old',
      (s: ReturnType<typeof scripted>) =>
        s.leg.receive(encode({ type: FrameType.HELLO, version: 0, minVersion: 0, meta: META })),
      'VERSION_UNSUPPORTED',
    ],
  ] as const)('is refused with its own code: %s', async (_what, act, code) => {
    const s = scripted('consumer');
    await act(s);
    expect(s.socket.closed?.[0]).toBe(4000 + ERRORS[code].number);
    expect(s.events).toEqual([['closed', code]]);
  });

  test('works with a newer peer that still speaks our version', async () => {
    const s = scripted('provider');
    s.leg.receive(encode({ type: FrameType.HELLO, version: 7, minVersion: 1, meta: META }));
    await s.clock.advance(0);
    expect(s.sent).toMatchObject([{ type: FrameType.WELCOME, version: 1 }]);
  });

  test('accepts no version that was not offered', () => {
    const s = scripted('hub', {}, true);
    s.leg.receive(encode({ type: FrameType.WELCOME, version: 2, meta: META }));
    expect(s.events).toEqual([['closed', 'VERSION_UNSUPPORTED']]);
  });

  test('lets a dialling side wait 10 s for WELCOME', async () => {
    const s = scripted('hub', {}, true);
    await s.clock.advance(9_999);
    expect(s.sent.map((frame) => frame.type)).toEqual([FrameType.HELLO]);
    await s.clock.advance(1);
    expect(s.events).toEqual([['closed', 'TIMEOUT']]);
  });
});

describe('a leg that is up', () => {
  test.each([
    ['consumer', { type: FrameType.BEAT, seq: 1, meta: META }],
    ['consumer', { type: FrameType.ACCEPT, ch: 1, attach: 1, recvNext: 0, limit: 0, meta: META }],
    ['consumer', { type: FrameType.DETACHED, ch: 1, code: 1 }],
    ['consumer', { type: FrameType.GOAWAY, code: 1, afterMs: 0 }],
    ['provider', { type: FrameType.BEATACK, seq: 1, meta: META }],
    ['provider', { type: FrameType.WELCOME, version: 1, meta: META }],
    ['consumer', { type: FrameType.HELLO, version: 1, minVersion: 1, meta: META }],
  ] as [Peer, Frame][])('closes the socket of a %s that sends a forbidden frame: %o', async (peer, frame) => {
    const s = await greeted(peer);
    s.leg.receive(encode(frame));
    expect(s.events).toEqual([['closed', 'PROTOCOL_ERROR']]);
  });

  test('gives each frame of a message to its channel, and RESETs channels that it does not know', async () => {
    const s = await greeted('consumer');
    const got: unknown[][] = [];
    s.leg.bind(1, recorder(got));
    const bytes = new Uint8Array([7]);
    const parts = [1, 3].map((ch) => encode({ type: FrameType.DATA, ch, off: 0, bytes }));
    s.leg.receive(Uint8Array.from(parts.flatMap((part) => [...part])));
    await s.clock.advance(0);
    expect(got).toMatchObject([[FrameType.DATA, { ch: 1, bytes }, parts[0]!.length]]);
    expect(s.sent).toMatchObject([{ type: FrameType.RESET, ch: 3, code: ERRORS.CHANNEL_UNKNOWN.number }]);
  });

  test('rejects a late repeated OPEN on a number that is over', async () => {
    const opened: number[] = [];
    const { leg, clock, sent } = await greeted('consumer', {
      open: ({ ch }) => {
        opened.push(ch);
        leg.bind(ch, recorder([]));
      },
    });
    const open = (ch: number) => leg.receive(encode({ ...OPEN, ch }));
    open(1);
    open(5);
    open(1);
    leg.unbind(1);
    open(1);
    open(3);
    open(7);
    await clock.advance(0);
    expect(opened).toEqual([1, 5, 1, 7]);
    const detached = (ch: number) => ({ type: FrameType.DETACHED, ch, code: ERRORS.LEG_LOST.number });
    expect(sent).toEqual([detached(1), detached(3)]);
  });

  test('never answers a RESET with a RESET', async () => {
    const s = await greeted('consumer');
    s.leg.receive(encode({ type: FrameType.RESET, ch: 9, code: 1, message: '' }));
    await s.clock.advance(0);
    expect(s.sent).toEqual([]);
  });

  test('keeps an error in one channel from the others', async () => {
    const faults: unknown[] = [];
    const s = await greeted('provider', { fault: (error) => faults.push(error) });
    const got: unknown[][] = [];
    const defect = new Error('defect');
    s.leg.bind(2, {
      receive: () => {
        throw defect;
      },
      lost: (code) => got.push(['lost', code]),
    });
    s.leg.receive(encode({ type: FrameType.DATA, ch: 2, off: 0, bytes: new Uint8Array(1) }));
    await s.clock.advance(0);
    expect(faults).toEqual([defect]);
    expect(got).toEqual([['lost', 'INTERNAL']]);
    expect(s.sent).toMatchObject([{ type: FrameType.RESET, ch: 2, code: ERRORS.INTERNAL.number }]);
    expect(s.leg.up).toBe(true);
  });

  test('tells every channel when the socket closes, and its owner once', async () => {
    const s = await greeted('consumer');
    const got: unknown[][] = [];
    s.leg.bind(1, recorder(got));
    s.leg.socketClosed(1006, '');
    s.leg.socketClosed(1006, '');
    s.leg.close('INTERNAL', '');
    expect(got).toEqual([['lost', 'LEG_LOST']]);
    expect(s.events).toEqual([['closed', 'LEG_LOST']]);
  });

  test('sends a PING after 10 s of silence and closes after 25 s; any frame proves life', async () => {
    const s = await greeted('provider');
    await s.clock.advance(9_999);
    expect(s.sent).toEqual([]);
    await s.clock.advance(1);
    expect(s.sent).toMatchObject([{ type: FrameType.PING }]);
    await s.clock.advance(10_000);
    s.leg.receive(encode({ type: FrameType.BEAT, seq: 1, meta: META }));
    await s.clock.advance(24_999);
    expect(s.leg.up).toBe(true);
    await s.clock.advance(1);
    expect(s.events).toEqual([['closed', 'PEER_SILENT']]);
  });

  test('queues at most 1 MiB of answers for a peer that does not read', async () => {
    const s = await greeted('consumer');
    s.socket.buffered = 1e6;
    const ping = encode({ type: FrameType.PING, id: 1 });
    const stray = encode({ type: FrameType.ACK, ch: 77, consumed: 0, limit: 0 });
    for (let i = 0; i < 60_000; i++) s.leg.receive((i % 2 ? ping : stray).slice());
    s.socket.buffered = 0;
    await s.clock.advance(1_000);
    const bytes = s.messages.reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeGreaterThan(1024 * 1024);
    expect(bytes).toBeLessThan(1024 * 1024 + 1024);
    expect(s.leg.up).toBe(true);
  });

  test('measures the round trip', async () => {
    const s = await greeted('provider');
    const rtt = s.leg.ping();
    await s.clock.advance(42);
    const [ping] = s.sent;
    s.leg.receive(encode({ type: FrameType.PONG, id: (ping as { id: number }).id }));
    expect(await rtt).toBe(42);
    expect(s.leg.rtt).toBe(42);
  });

  test('allocates odd numbers where it dialled, even ones where it accepted', async () => {
    const accepted = await greeted('provider');
    const dialled = scripted('hub', {}, true);
    expect([accepted.leg.allocate(), accepted.leg.allocate()]).toEqual([2, 4]);
    expect([dialled.leg.allocate(), dialled.leg.allocate()]).toEqual([1, 3]);
  });

  test('sends the frames of one turn of the event loop as one message of at most 64 KiB', async () => {
    const s = await greeted('provider');
    s.messages.length = 0;
    for (let i = 0; i < 6; i++) {
      s.leg.send({ type: FrameType.DATA, ch: 2, off: i * 16_384, bytes: new Uint8Array(16_384) });
    }
    s.leg.send({ type: FrameType.PING, id: 1 });
    await s.clock.advance(0);
    expect(s.sent.filter(({ type }) => type === FrameType.DATA)).toHaveLength(6);
    expect(s.messages.map((message) => message.length <= MAX_MESSAGE)).toEqual([true, true]);
  });
});
