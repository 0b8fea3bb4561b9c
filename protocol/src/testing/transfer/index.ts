/** A channel over a simulated path. Each byte depends on its offset, so that a test sees any byte at a wrong place. */
import { expect } from 'vitest';
import { type AcceptedChannel, type Channel, type ChannelHandler, Opener } from '../../channel/index.ts';
import { Path } from '../../sim/index.ts';
import type { ErrorCode } from '../../wire/index.ts';

/** The byte that belongs at an offset. It shows a wrong offset, a hole or a repetition at once. */
const oracle = (off: number, salt: number) => (off * 31 + (off >> 8) * 7 + salt) & 0xff;

/** One end of the channel. It sends `total` bytes and checks what it receives. */
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
  readonly total: number;
  readonly out: number;
  readonly in: number;

  constructor(total: number, out: number, inSalt: number) {
    this.total = total;
    this.out = out;
    this.in = inSalt;
  }

  readonly handler: ChannelHandler = {
    data: (bytes) => {
      for (const byte of bytes) {
        if (byte !== oracle(this.received, this.in)) this.wrongAt ??= this.received;
        this.received++;
      }
      if (this.consume) this.channel!.consumed(bytes.length);
      else this.held += bytes.length;
    },
    pull: (max) => {
      const size = Math.min(max, this.total - this.sent);
      if (size === 0) return undefined;
      const bytes = Uint8Array.from({ length: size }, (_, i) => oracle(this.sent + i, this.out));
      this.sent += size;
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

/** A different epoch for each channel in these tests. */
let epochs = 0;
export function setup({ up = 100_000, down = 200_000, resume = true, delayMs = (): number => 5 } = {}) {
  const consumer = new Side(up, 1, 2);
  const provider = new Side(down, 2, 1);
  const accepted: AcceptedChannel[] = [];
  const path: Path = new Path({
    delayMs,
    reconnectMs: 40,
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
    random: (n) => new Uint8Array(n).fill(epochs++ & 0xff),
    leg: () => path.consumerLeg,
    resume,
    handler: consumer.handler,
  });
  consumer.channel = opener;
  return { consumer, provider, path, opener, accepted };
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
