/** One end of a channel: sends a sequence of bytes that is known at every offset, and may check what it gets against one. */
import type { Channel, ChannelHandler, ErrorCode } from '@unicore/protocol';
import { Random } from '../../testing/random.ts';

/** Prime, so that no window or frame size fits into it: bytes that moved by one of those show. */
const PERIOD = 65_521;
/** Twice, so that any piece of a period is in one place. */
const PIECES = Buffer.alloc(2 * PERIOD, lettersOf(PERIOD));
/** How far apart two sequences are in the one that all are taken from. */
const APART = 4_099;

/** Random letters: they deflate to about half. */
function lettersOf(length: number): Uint8Array {
  return new Random(1).bytes(length).map((byte) => 0x61 + (byte & 0xf));
}

/** What belongs at an offset of a sequence: a lost, repeated, moved or foreign byte shows at once. */
function piece(sequence: number, off: number, length: number): Buffer {
  const start = (off + sequence * APART) % PERIOD;
  return PIECES.subarray(start, start + Math.min(length, PERIOD));
}

export interface CheckedStreamOptions {
  /** Names what it sends. */
  sends: number;
  /** Names what it must get; undefined: its peer is hostile, and nothing is promised. */
  gets: number | undefined;
  /** So many bytes came. */
  heard?(bytes: number): void;
  /** Over, both ways. */
  closed(code: ErrorCode, message: string): void;
}

export class CheckedStream {
  readonly handler: ChannelHandler;
  channel: Channel | undefined;
  /** Bytes that it was told to send, and those that it did. */
  told = 0;
  sent = 0;
  received = 0;
  closedWith: ErrorCode | undefined;
  /** Why it lost its place, each time, or ended. */
  readonly interruptions: string[] = [];
  #ending = false;
  #stalled = false;
  #held = 0;

  constructor({ sends, gets, heard, closed }: CheckedStreamOptions) {
    this.handler = {
      data: (bytes) => {
        if (gets !== undefined) this.#check(gets, bytes);
        this.received += bytes.length;
        if (this.#stalled) this.#held += bytes.length;
        else this.channel?.consumed(bytes.length);
        heard?.(bytes.length);
      },
      pull: (max) => {
        const size = Math.min(max, this.told - this.sent, PERIOD);
        if (size <= 0) return undefined;
        const off = this.sent;
        this.sent += size;
        return piece(sends, off, size);
      },
      detached: (code) => {
        this.interruptions.push(code);
      },
      // Who opened a channel ends it; the other end has nothing to add then.
      ended: () => this.end(),
      closed: (code, message) => {
        this.closedWith = code;
        this.interruptions.push(`${code}: ${message}`);
        closed(code, message);
      },
    };
  }

  say(bytes: number): void {
    if (this.#ending) return;
    this.told += bytes;
    this.channel?.wake();
  }

  stall(): void {
    this.#stalled = true;
  }

  goOn(): void {
    const held = this.#held;
    this.#stalled = false;
    this.#held = 0;
    if (held > 0) this.channel?.consumed(held);
  }

  end(): void {
    this.#ending = true;
    this.goOn();
    this.channel?.end();
  }

  #check(sequence: number, bytes: Uint8Array): void {
    if (piece(sequence, this.received, bytes.length).equals(bytes)) return;
    const from = this.received;
    throw new Error(
      `bytes ${from} to ${from + bytes.length} of sequence ${sequence} are not those that were sent`,
    );
  }
}
