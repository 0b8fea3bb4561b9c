/** A channel over a simulated path. Both ends know all bytes, so that a test sees any byte at a wrong place. */
import { expect } from 'vitest';
import {
  type AcceptedChannel,
  type Channel,
  type ChannelHandler,
  type Deflater,
  Opener,
} from '../../channel/index.ts';
import { expectedBytes } from '../../sim/index.ts';
import { Path } from '../../sim/world/index.ts';
import type { ErrorCode } from '../../wire/index.ts';
import { same } from '../bytes.ts';

/** One end of the channel. It sends all of `out` and checks what it receives. */
export class Side {
  channel: Channel | undefined;
  sent = 0;
  received = 0;
  wrongAt: number | undefined;
  ended: string | undefined;
  closed: { code: ErrorCode; message: string } | undefined;
  attachments = 0;
  /** How many of those attachments were lost. */
  detachments = 0;
  /** Bytes received and deliberately not consumed. */
  held = 0;
  consume = true;
  readonly #out: Uint8Array;
  readonly #in: Uint8Array;
  readonly #piece: number;

  /** piece: most bytes that this end hands out at once. */
  constructor(out: Uint8Array, expected: Uint8Array, piece: number) {
    this.#out = out;
    this.#in = expected;
    this.#piece = piece;
  }

  get total(): number {
    return this.#out.length;
  }

  readonly handler: ChannelHandler = {
    data: (bytes) => {
      const expected = this.#in.subarray(this.received, this.received + bytes.length);
      if (!same(bytes, expected)) this.wrongAt ??= this.received;
      this.received += bytes.length;
      if (this.consume) this.channel!.consumed(bytes.length);
      else this.held += bytes.length;
    },
    pull: (max) => {
      const bytes = this.#out.subarray(this.sent, this.sent + Math.min(max, this.#piece));
      if (bytes.length === 0) return undefined;
      this.sent += bytes.length;
      if (this.sent === this.total) this.channel!.end('OK', `after ${this.total}`);
      return bytes;
    },
    attached: () => {
      this.attachments++;
    },
    detached: () => {
      if (this.attachments > 0) this.detachments++;
    },
    ended: (_code, message) => {
      this.ended = message;
    },
    closed: (code, message) => {
      this.closed = { code, message };
    },
  };
}

export interface TransferOptions {
  /** What each side sends: these bytes, or as many of any kind. */
  up?: number | Uint8Array;
  down?: number | Uint8Array;
  piece?: number;
  resume?: boolean;
  delayMs?: () => number;
  /** The deflaters of the opener and of the acceptor. */
  near?: Deflater | undefined;
  far?: Deflater | undefined;
}

export function setup({ piece = Number.POSITIVE_INFINITY, resume = true, ...options }: TransferOptions = {}) {
  const { up = 100_000, down = 200_000, delayMs = () => 5, near, far } = options;
  const [ofConsumer, ofProvider] = [bytesOf(up, 1), bytesOf(down, 2)];
  const consumer = new Side(ofConsumer, ofProvider, piece);
  const provider = new Side(ofProvider, ofConsumer, piece);
  const accepted: AcceptedChannel[] = [];
  // The numbers start from the beginning in each setup, so that the same test case always has the same pauses.
  let drawn = 0;
  const path: Path = new Path({
    delayMs,
    deflater: far,
    accept: (request) => {
      provider.channel = request.accept(provider.handler, { hello: 'viewer' });
      accepted.push(provider.channel as AcceptedChannel);
      provider.channel.wake();
    },
    onConsumerUp: () => opener.attach(),
  });
  const opener = new Opener({
    clock: path.clock,
    kind: 'terminal',
    meta: () => ({ vmId: 'v' }),
    random: (n) => new Uint8Array(n).fill(drawn++ & 0xff),
    leg: () => path.consumerLeg,
    resume,
    ...(near && { deflater: near }),
    handler: consumer.handler,
  });
  consumer.channel = opener;
  return { consumer, provider, path, opener, accepted };
}

function bytesOf(what: number | Uint8Array, salt: number): Uint8Array {
  return typeof what === 'number' ? expectedBytes(salt, 0, what) : what;
}

export function expectWhole(consumer: Side, provider: Side) {
  expect({ wrong: consumer.wrongAt, got: consumer.received }).toEqual({
    wrong: undefined,
    got: provider.total,
  });
  expect({ wrong: provider.wrongAt, got: provider.received }).toEqual({
    wrong: undefined,
    got: consumer.total,
  });
  expect(consumer.closed).toEqual({ code: 'OK', message: `after ${provider.total}` });
  expect([
    { code: 'OK', message: `after ${consumer.total}` },
    // If the opener is closed and does not return, the acceptor cannot know that its own end arrived.
    { code: 'LEG_LOST', message: 'nobody attached for 120 s' },
  ]).toContainEqual(provider.closed);
}

export const done = ({ consumer, provider }: { consumer: Side; provider: Side }) =>
  consumer.closed !== undefined && provider.closed !== undefined;
