/** With or without compression a channel carries the same bytes, over every loss and to every peer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Path } from '../sim/index.ts';
import { DEFLATERS, same, text } from '../testing/index.ts';
import { type ErrorCode, MAX_DATA } from '../wire/index.ts';
import type { Channel } from './channel.ts';
import type { Deflater } from './deflater.ts';
import { fflateDeflater } from './fflate/index.ts';
import { Opener } from './opener.ts';

/** Sends `out` in pieces and keeps what it receives. */
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

/** Counts the frames that it inflates, to show that any were deflated. */
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
