/** What a leg sends first, how send queues share the leg, and how long a keystroke waits. */
import { beforeEach, describe, expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { decode, encode, type Frame, FrameType, MAX_DATA } from '../wire/index.ts';
import type { SendQueue } from './send-queue.ts';
import { Sender } from './sender.ts';

const KIB = 1024;

/** Simulates a line with a queue in front. The other end of the line answers PINGs. */
class Line {
  /** The rate in bytes per ms, and the one-way delay in ms. */
  rate = 125;
  delay = 40;
  buffered = 0;
  readonly arrived: { at: number; frame: Frame }[] = [];
  messages = 0;
  longest = 0;
  readonly #clock: SimClock;
  readonly #answers = new Map<number, () => void>();
  #freeAt = 0;
  #pings = 0;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  readonly ping = (answered: () => void): Uint8Array => {
    const id = ++this.#pings;
    this.#answers.set(id, answered);
    return encode({ type: FrameType.PING, id });
  };

  send(message: Uint8Array): void {
    this.messages++;
    this.longest = Math.max(this.longest, message.length);
    const now = this.#clock.now();
    this.#freeAt = Math.max(now, this.#freeAt) + message.length / this.rate;
    this.#clock.after(this.#freeAt - now + this.delay, () => this.#arrive(message));
  }

  close(): void {}

  #arrive(message: Uint8Array): void {
    for (let start = 0; start < message.length; ) {
      const { frame, end } = decode(message, start);
      this.arrived.push({ at: this.#clock.now(), frame });
      if (frame.type === FrameType.PING) this.#clock.after(this.delay, this.#answers.get(frame.id)!);
      start = end;
    }
  }
}

/** A send queue that sends `left` bytes, in frames that are as large as allowed. */
class Source implements SendQueue {
  readonly group: string;
  readonly queued = 0;
  readonly #ch: number;
  left: number;
  #off = 0;

  constructor(ch: number, bytes: number, group = '') {
    this.#ch = ch;
    this.left = bytes;
    this.group = group;
  }

  emit(maxData: number): Uint8Array | undefined {
    const bytes = new Uint8Array(Math.min(maxData, this.left));
    if (bytes.length === 0) return undefined;
    this.left -= bytes.length;
    this.#off += bytes.length;
    return encode({ type: FrameType.DATA, ch: this.#ch, off: this.#off - bytes.length, bytes });
  }

  drop(): void {}
}

let clock: SimClock;
let line: Line;
let sender: Sender;
beforeEach(() => {
  clock = new SimClock();
  line = new Line(clock);
  sender = new Sender({ transport: line, clock, ping: line.ping });
});

const bytesOf = (ch: number, since = 0) =>
  line.arrived.reduce(
    (sum, { at, frame }) =>
      sum + (at >= since && frame.type === FrameType.DATA && frame.ch === ch ? frame.bytes.length : 0),
    0,
  );

/** Returns the ms from a keystroke to its arrival. */
async function keystroke(ch = 99): Promise<number> {
  const typedAt = clock.now();
  sender.want(new Source(ch, 1));
  const arrival = () =>
    line.arrived.find(({ at, frame }) => at > typedAt && 'ch' in frame && frame.ch === ch);
  await clock.until(() => arrival() !== undefined, 10_000);
  return arrival()!.at - typedAt;
}

describe('under a flood on a line of 1 Mbit/s and 40 ms', () => {
  beforeEach(async () => {
    sender.want(new Source(1, 10 * KIB * KIB));
    await clock.advance(5_000);
  });

  test('a keystroke waits in a queue of about 50 ms at most, and the flood still fills the line', async () => {
    const from = clock.now();
    const delays: number[] = [];
    for (let i = 0; i < 50; i++) {
      delays.push(await keystroke());
      await clock.advance(97);
    }
    delays.sort((a, b) => a - b);
    expect(delays[47]).toBeLessThan(40 + 60);
    expect(bytesOf(1, from) / (clock.now() - from)).toBeGreaterThan(0.85 * line.rate);
  });

  test('its frames occupy the line for about 10 ms each', () => {
    const sizes = line.arrived
      .slice(-50)
      .flatMap(({ frame }) => (frame.type === FrameType.DATA ? [frame.bytes.length] : []));
    expect(Math.max(...sizes)).toBeLessThan(2 * KIB);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(KIB);
  });

  test('frames that go first share no message that occupies the line for long', async () => {
    line.longest = 0;
    for (const ch of [2, 3, 4, 5]) sender.want(new Source(ch, 2 * KIB));
    await clock.advance(1_000);
    expect(bytesOf(5)).toBe(2 * KIB);
    expect(line.longest).toBeLessThan(3 * KIB);
  });

  test("control frames come before all queues, and of a channel's ACKs only the newest is sent", async () => {
    const pushedAt = clock.now();
    line.buffered = 1e6;
    sender.push(encode({ type: FrameType.PONG, id: 1 }));
    for (const consumed of [1, 2, 3])
      sender.pushAck(5, encode({ type: FrameType.ACK, ch: 5, consumed, limit: 9 }));
    line.buffered = 0;
    await clock.until(() => line.arrived.some(({ frame }) => frame.type === FrameType.ACK), 1_000);
    const acks = line.arrived.flatMap(({ frame }) => (frame.type === FrameType.ACK ? [frame.consumed] : []));
    expect(acks).toEqual([3]);
    expect(line.arrived.at(-1)!.at - pushedAt).toBeLessThan(40 + 60);
  });

  test('a queue that pauses for a moment is no flood any more', async () => {
    const chatty = new Source(7, 20 * KIB);
    sender.want(chatty);
    await clock.until(() => chatty.left === 0, 30_000);
    await clock.advance(1_000);
    chatty.left = 100;
    const typedAt = clock.now();
    sender.want(chatty);
    await clock.until(() => bytesOf(7) === 20 * KIB + 100, 1_000);
    expect(clock.now() - typedAt).toBeLessThan(40 + 60);
  });
});

describe('sharing', () => {
  test('several floods of one user share as much of the line as another user’s single flood gets', async () => {
    for (const ch of [1, 3, 5, 7]) sender.want(new Source(ch, 10 * KIB * KIB, 'alice'));
    sender.want(new Source(9, 10 * KIB * KIB, 'bob'));
    await clock.advance(20_000);
    const alice = [1, 3, 5, 7].map((ch) => bytesOf(ch));
    const bob = bytesOf(9);
    const total = bob + alice.reduce((sum, bytes) => sum + bytes, 0);
    expect(bob / total).toBeGreaterThan(0.45);
    expect(bob / total).toBeLessThan(0.55);
    for (const bytes of alice) expect(bytes / total).toBeGreaterThan(0.1);
  });

  test('queues that always go first leave floods a share', async () => {
    sender.want(new Source(1, 10 * KIB * KIB));
    await clock.advance(2_000);
    const from = clock.now();
    // Each of these many queues has little to send, but together they fill the line.
    for (let ch = 100; ch < 1_100; ch++) sender.want(new Source(ch, KIB));
    await clock.advance(8_000);
    expect(bytesOf(1, from)).toBeGreaterThan(10 * KIB);
  });

  test('a single keystroke is sent in the turn of the event loop in which it was typed', async () => {
    line.delay = 0;
    line.rate = Number.POSITIVE_INFINITY;
    sender.want(new Source(1, 1));
    await Promise.resolve();
    expect(line.messages).toBe(1);
  });
});

test('a peer that answers no PING gets as much as was measured before, and more once it reads again', async () => {
  let mute = true;
  const waiting: (() => void)[] = [];
  const sent: number[] = [];
  const transport = { buffered: 0, send: (message: Uint8Array) => sent.push(message.length), close() {} };
  sender = new Sender({
    transport,
    clock,
    ping: (answered) => {
      if (mute) waiting.push(answered);
      else clock.after(1, answered);
      return encode({ type: FrameType.PING, id: 1 });
    },
  });
  sender.want(new Source(1, 10 * KIB * KIB));
  await clock.advance(20_000);
  const stuck = sent.reduce((sum, length) => sum + length, 0);
  expect(stuck).toBeLessThan(80 * KIB);
  mute = false;
  await clock.advance(3_000);
  expect(sent.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(stuck + 100 * MAX_DATA);
});
