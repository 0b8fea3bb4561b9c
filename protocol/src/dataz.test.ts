/** Deflated or not, a channel carries the same bytes: over every loss, to every peer, and from no liar. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { Acceptor } from './acceptor.ts';
import type { Channel } from './channel.ts';
import { decode, encode } from './codec.ts';
import type { Deflater } from './deflater.ts';
import { ERRORS, type ErrorCode } from './errors.ts';
import { fflateDeflater } from './fflate.ts';
import { type Frame, type FrameOf, FrameType, MAX_DATA, MAX_DICTIONARY, WINDOWS } from './frame.ts';
import { Leg } from './leg.ts';
import { packMeta } from './meta.ts';
import { Opener } from './opener.ts';
import { SimClock } from './sim/clock.ts';
import { Path } from './sim/path.ts';
import { DEFLATERS } from './test-deflaters.ts';

/** Looks like a terminal: runs of it come again and again, and now and then there is something that never does. */
function text(size: number, seed: number): Uint8Array {
  let state = seed + 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
  const out = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const length = Math.min(size - at, 1 + random(300));
    const from = random(3) > 0 ? random(at) : at;
    for (let i = 0; i < length; i++) out[at + i] = from + i < at ? out[from + i]! : random(256);
    at += length;
  }
  return out;
}

/** Not toEqual, which takes its time to compare long arrays. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Says `out` in pieces as they come, and keeps what it hears. */
class Talker {
  channel: Channel | undefined;
  heard = 0;
  wrongAt: number | undefined;
  closed: ErrorCode | undefined;
  #said = 0;
  readonly #out: Uint8Array;
  readonly #expected: Uint8Array;
  readonly #piece: number;

  constructor(out: Uint8Array, expected: Uint8Array, piece: number) {
    this.#out = out;
    this.#expected = expected;
    this.#piece = piece;
  }

  readonly handler = {
    pull: (max: number) => {
      const piece = this.#out.subarray(this.#said, this.#said + Math.min(max, this.#piece));
      this.#said += piece.length;
      if (this.#said === this.#out.length) this.channel!.end();
      return piece.length > 0 ? piece : undefined;
    },
    data: (bytes: Uint8Array) => {
      const expected = this.#expected.subarray(this.heard, this.heard + bytes.length);
      if (!same(bytes, expected)) this.wrongAt ??= this.heard;
      this.heard += bytes.length;
      this.channel!.consumed(bytes.length);
    },
    closed: (code: ErrorCode) => {
      this.closed = code;
    },
  };
}

/** Counts what it reads, so that a test can tell that something was deflated at all. */
function counting(deflater: Deflater): Deflater & { read: number } {
  const counted = {
    read: 0,
    least: deflater.least,
    deflate: deflater.deflate,
    inflate(...frame: Parameters<Deflater['inflate']>) {
      counted.read++;
      return deflater.inflate(...frame);
    },
  };
  return counted;
}

interface Talk {
  up: Uint8Array;
  down: Uint8Array;
  piece?: number;
  near?: Deflater | undefined;
  far?: Deflater | undefined;
}

let epochs = 0;

function talk({ up, down, piece = 5_000, near, far }: Talk) {
  const consumer = new Talker(up, down, piece);
  const provider = new Talker(down, up, piece);
  const path: Path = new Path({
    delayMs: () => 5,
    reconnectMs: 40,
    deflater: far,
    accept: (request) => {
      provider.channel = request.accept(provider.handler, {});
      provider.channel.wake();
    },
    onConsumerUp: () => opener.attach(),
  });
  const opener = new Opener({
    clock: path.clock,
    kind: 'terminal',
    meta: () => ({}),
    random: (size) => new Uint8Array(size).fill(epochs++ & 0xff),
    leg: () => path.consumerLeg,
    resume: true,
    ...(near && { deflater: near }),
    handler: consumer.handler,
  });
  consumer.channel = opener;
  const whole = async () => {
    await path.clock.until(() => consumer.closed !== undefined && provider.closed !== undefined, 300_000);
    const ends = [consumer, provider].map(({ heard, wrongAt }) => ({ heard, wrongAt }));
    const wrongAt = undefined;
    expect(ends).toEqual([
      { heard: down.length, wrongAt },
      { heard: up.length, wrongAt },
    ]);
    expect(consumer.closed).toBe('OK');
    // A provider that hears nothing after its last attachment cannot know that its end arrived.
    expect(['OK', 'LEG_LOST']).toContain(provider.closed);
  };
  return { path, whole };
}

describe('a channel whose ends both deflate', () => {
  test('loses, repeats and reorders nothing, whatever the bytes, the pieces and the losses', async () => {
    const kill = fc.record({
      at: fc.nat(1_500),
      what: fc.constantFrom('cutConsumer', 'cutProvider', 'killHub', 'moveConsumer', 'moveProvider'),
    });
    const deflater = fc.constantFrom(...Object.values(DEFLATERS));
    const talks = fc.record({
      sizes: fc.tuple(fc.nat(150_000), fc.nat(150_000)),
      piece: fc.constantFrom(1_000, 5_000, MAX_DATA),
      ends: fc.tuple(deflater, deflater),
      kills: fc.array(kill, { maxLength: 10 }),
    });
    let read = 0;
    await fc.assert(
      fc.asyncProperty(talks, async ({ sizes: [up, down], piece, ends, kills }) => {
        const [near, far] = ends.map(counting) as [ReturnType<typeof counting>, ReturnType<typeof counting>];
        const { path, whole } = talk({ up: text(up + 1, up), down: text(down + 1, down), piece, near, far });
        for (const { at, what } of kills) {
          path.clock.after(at, () => path[what](100));
        }
        await whole();
        read += near.read + far.read;
      }),
      { numRuns: 60 },
    );
    expect(read).toBeGreaterThan(500);
  });
});

describe('a channel with an end that cannot read DATAZ', () => {
  test.each([
    ['opener', undefined, fflateDeflater],
    ['acceptor', fflateDeflater, undefined],
  ])('as its %s carries everything, and none of it deflated', async (_end, near, far) => {
    const able = counting((near ?? far)!);
    const ends = near ? { near: able } : { far: able };
    const { whole } = talk({ up: text(50_000, 1), down: text(50_000, 2), ...ends });
    await whole();
    expect(able.read).toBe(0);
  });
});

// ---- what a liar may say

const OPEN: FrameOf<typeof FrameType.OPEN> = {
  type: FrameType.OPEN,
  ch: 2,
  epoch: new Uint8Array(16),
  attach: 1,
  kind: 0,
  recvNext: 0,
  limit: WINDOWS.terminal,
  mustExist: false,
  auth: packMeta({}),
  meta: packMeta({ features: ['dataz', 'what nobody knows yet'] }),
};
const NONE = new Uint8Array(0);

/** A DATAZ as an honest peer would send it. */
function dataz(off: number, raw: Uint8Array, dictionary: Uint8Array = NONE): FrameOf<typeof FrameType.DATAZ> {
  const bytes = fflateDeflater.deflate(raw, dictionary, 'small')!;
  return { type: FrameType.DATAZ, ch: 2, off, dictLen: dictionary.length, rawLen: raw.length, bytes };
}

describe.each(Object.entries(DEFLATERS))('an accepting end with %s', (_name, deflater) => {
  let said: Frame[];
  let heard: Uint8Array;
  let channels: Channel[];
  let peer: (...frames: Frame[]) => Promise<void>;
  const words = new TextEncoder().encode('said once, and said once, and said once and for all');

  beforeEach(async () => {
    const clock = new SimClock();
    said = [];
    channels = [];
    heard = NONE;
    const acceptor = new Acceptor({
      clock,
      deflater,
      accept(request) {
        const channel: Channel = request.accept(
          {
            data(bytes) {
              heard = joined(heard, bytes);
            },
            closed() {},
          },
          {},
        );
        channels.push(channel);
      },
    });
    const transport = {
      buffered: 0,
      close() {},
      send(message: Uint8Array) {
        for (let at = 0; at < message.length; ) {
          const { frame, end } = decode(message, at);
          said.push(frame);
          at = end;
        }
      },
    };
    const leg = new Leg({ transport, clock, peer: 'hub', dial: { meta: {} }, handler: { closed() {} } });
    const other = { ...OPEN, ch: 4, epoch: new Uint8Array(16).fill(1) };
    for (const open of [OPEN, other]) acceptor.open(leg, open);
    peer = async (...frames) => {
      for (const frame of frames) {
        const port = leg.portOf(2);
        const bytes = encode(frame);
        port?.receive(frame.type, bytes, 0, bytes.length);
      }
      await clock.advance(0);
    };
  });

  const lost = (code: ErrorCode) => {
    expect(said.at(-1)).toMatchObject({ type: FrameType.RESET, ch: 2, code: ERRORS[code].number });
    expect(channels.map((channel) => channel.isClosed)).toEqual([true, false]);
  };

  test('says so, and reads it', async () => {
    await peer(dataz(0, words), dataz(words.length, words, words));
    expect(said[1]).toMatchObject({ type: FrameType.ACCEPT, meta: packMeta({ features: ['dataz'] }) });
    expect(heard).toEqual(joined(words, words));
  });

  test('takes the new part of what is partly old, however far back its dictionary lies', async () => {
    const all = text(WINDOWS.terminal, 7);
    const raw = (off: number): Frame => ({
      type: FrameType.DATA,
      ch: 2,
      off,
      bytes: all.subarray(off, off + MAX_DATA),
    });
    const have = MAX_DICTIONARY + 2 * MAX_DATA;
    for (let off = 0; off < have; off += MAX_DATA) await peer(raw(off));
    const off = have - MAX_DATA + 1;
    const frame = dataz(off, all.subarray(off, off + MAX_DATA), all.subarray(off - MAX_DICTIONARY, off));
    const old = dataz(0, all.subarray(0, 5_000));
    await peer(old, frame, frame, old);
    expect(same(heard, all.subarray(0, have + 1))).toBe(true);
    expect(channels[0]!.isClosed).toBe(false);
  });

  test('leaves the attachment at a gap', async () => {
    await peer(dataz(1, words, words.subarray(0, 1)));
    expect(said.at(-1)).toMatchObject({ type: FrameType.DETACHED, ch: 2, code: ERRORS.GAP.number });
  });

  test.each<[string, () => Frame[], ErrorCode]>([
    [
      'a dictionary that begins before the first byte',
      () => [{ ...dataz(0, words), dictLen: 1 }],
      'PROTOCOL_ERROR',
    ],
    [
      'the same of bytes that are all old',
      () => [dataz(0, words), { ...dataz(1, words.subarray(1, 40)), dictLen: 2 }],
      'PROTOCOL_ERROR',
    ],
    [
      'a dictionary that is not the one that was meant',
      () => [dataz(0, words), { ...dataz(words.length, words, words), dictLen: 3 }],
      'PROTOCOL_ERROR',
    ],
    ['fewer bytes than rawLen', () => [{ ...dataz(0, words), rawLen: words.length + 1 }], 'PROTOCOL_ERROR'],
    ['more bytes than rawLen', () => [{ ...dataz(0, words), rawLen: words.length - 1 }], 'PROTOCOL_ERROR'],
    ['a bomb', () => [{ ...dataz(0, new Uint8Array(2 ** 23)), rawLen: MAX_DATA }], 'PROTOCOL_ERROR'],
    ['no bytes', () => [{ ...dataz(0, words), bytes: NONE }], 'PROTOCOL_ERROR'],
    ['garbage', () => [{ ...dataz(0, words), bytes: new Uint8Array(100).fill(0xff) }], 'PROTOCOL_ERROR'],
    [
      'bytes beyond the limit',
      () => [{ ...dataz(0, words), off: WINDOWS.terminal - words.length + 1 }],
      'FLOW_VIOLATION',
    ],
    [
      'bytes behind the end',
      () => [{ type: FrameType.FIN, ch: 2, finalOff: 0, code: 0, message: '' }, dataz(0, words)],
      'FLOW_VIOLATION',
    ],
  ])('ends the channel, and no other, for %s', async (_what, frames, code) => {
    await peer(...frames());
    lost(code);
  });
});
