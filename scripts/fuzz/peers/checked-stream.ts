/**
 * Part of the fuzz run: one end of a channel. It sends a sequence of bytes that is known in advance, and can
 * check that it receives such a sequence.
 */
import type { Channel, ChannelHandler, ErrorCode } from '@unicore/protocol';
import { Random } from '@unicore/protocol/sim';

/**
 * Number of letters after which the sequence of bytes in a channel repeats. The number is prime, so bytes
 * that are shifted by a frame size or window size do not match.
 */
const PERIOD = 65_521;
/**
 * The random letters that all sequences of bytes consist of, twice in a row. So each part of up to PERIOD
 * letters is contiguous in memory, wherever it begins.
 */
const PIECES = Buffer.alloc(2 * PERIOD, lettersOf(PERIOD));
/**
 * The sequences of bytes in different channels use the same random letters, but each sequence begins this
 * many bytes after the previous one.
 */
const APART = 4_099;

/** Returns random letters to send in a channel. Deflate compresses them to about half their size. */
function lettersOf(length: number): Uint8Array {
  return new Random(1).bytes(length).map((byte) => 0x61 + (byte & 0xf));
}

/**
 * Returns the bytes of a known sequence at this offset. A comparison of the received bytes with them detects
 * each lost, repeated, moved or foreign byte.
 */
function piece(sequence: number, off: number, length: number): Buffer {
  const start = (off + sequence * APART) % PERIOD;
  return PIECES.subarray(start, start + Math.min(length, PERIOD));
}

export interface CheckedStreamOptions {
  /** Number of the known sequence of bytes that this end of the channel sends. */
  sends: number;
  /**
   * Number of the known sequence of bytes that this end of the channel must receive. Undefined if the peer is
   * hostile and may send anything.
   */
  gets: number | undefined;
  /** Called each time bytes arrive, with the number of these bytes. */
  heard?(bytes: number): void;
  /** Called when the channel has closed. */
  closed(code: ErrorCode, message: string): void;
}

export class CheckedStream {
  readonly handler: ChannelHandler;
  channel: Channel | undefined;
  /**
   * `told` is the number of bytes that the caller told this end to send. `sent` is how many of them it has
   * sent.
   */
  told = 0;
  sent = 0;
  received = 0;
  closedWith: ErrorCode | undefined;
  /** The reasons why the channel was detached from its connection or ended, in order. */
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
      // The opener of a channel ends its direction first. The acceptor (the other end) then also ends its
      // direction.
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
