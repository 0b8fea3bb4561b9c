/** One end of a channel: it sends a byte sequence that is known at every offset, and may check what it receives against one. */
import type { Channel, ChannelHandler, ErrorCode } from '@unicore/protocol';
import { Random } from '../../testing/random.ts';

/** Length after which sequences repeat, in bytes. Prime, so that bytes displaced by a window or frame size are noticed. */
const PERIOD = 65_521;
/** Two periods of the sequence, so that any piece of a period is contiguous. */
const PIECES = Buffer.alloc(2 * PERIOD, lettersOf(PERIOD));
/** Distance between two numbered sequences in the one from which all are taken. */
const APART = 4_099;

/** Random letters, which deflate to about half their size. */
function lettersOf(length: number): Uint8Array {
  return new Random(1).bytes(length).map((byte) => 0x61 + (byte & 0xf));
}

/** Expected bytes at an offset of a sequence: a lost, repeated, moved or foreign byte is noticed at once. */
function piece(sequence: number, off: number, length: number): Buffer {
  const start = (off + sequence * APART) % PERIOD;
  return PIECES.subarray(start, start + Math.min(length, PERIOD));
}

export interface CheckedStreamOptions {
  /** Number of the sequence to send. */
  sends: number;
  /** Number of the sequence to expect; undefined if the peer is hostile, so that nothing is checked. */
  gets: number | undefined;
  /** Called with the number of bytes that arrived. */
  heard?(bytes: number): void;
  /** Called when the channel has closed in both directions. */
  closed(code: ErrorCode, message: string): void;
}

export class CheckedStream {
  readonly handler: ChannelHandler;
  channel: Channel | undefined;
  /** Bytes that this end was told to send, and bytes that it has sent. */
  told = 0;
  sent = 0;
  received = 0;
  closedWith: ErrorCode | undefined;
  /** Error codes with which the channel was detached or closed. */
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
      // The end that opened a channel ends it; the other end then ends, too.
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
