/**
 * The opener's end of a terminal, written from PROTOCOL.md section 5 alone. It sends SYNC only as an answer,
 * and repeats no OPEN. A client needs no more on a network that loses only whole sockets.
 */
import { randomBytes } from 'node:crypto';
import { inflated } from './deflated.ts';
import { ack, data, fin, open, type Position, reset, sync } from './encoder.ts';
import type { ChannelFrame } from './frames.ts';
import type { Plain } from './msgpack.ts';
import { CHANNEL_UNKNOWN, OK } from './roles.ts';
import { Stream } from './stream.ts';

/** Receive window of a terminal, in bytes. */
const WINDOW_BYTES = 131_072;
/** Largest number of bytes in one DATA frame. */
const PIECE_BYTES = 16_384;
/** Delay from the first unconfirmed byte to its ACK (delayed ACK), in ms. */
const ACK_MS = 25;

export type Send = (frame: Uint8Array) => void;

export class TerminalEnd {
  readonly output = new Stream();
  readonly #epoch = randomBytes(16);
  readonly #about: Plain;
  #send: Send = () => {};
  #ch = 0;
  #attach = 0;
  #state: 'waiting' | 'opening' | 'attached' | 'closed' = 'waiting';
  #mustExist = false;
  #acked = 0;
  #ackTimer: NodeJS.Timeout | undefined;
  #input = Buffer.alloc(0);
  #inputEnded = false;
  /** Offsets in the input. The end of the input counts as one byte after the last byte. */
  #confirmed = 0;
  #sent = 0;
  #limit = 0;
  /** Error code of the peer's FIN or RESET. */
  code: number | undefined;

  constructor(about: Plain) {
    this.#about = about;
  }

  get attachments(): number {
    return this.#attach;
  }

  /** Number of input bytes that the other end has confirmed. */
  get confirmed(): number {
    return this.#confirmed;
  }

  get waiting(): boolean {
    return this.#state === 'waiting';
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  type(input: string | Uint8Array): void {
    this.#input = Buffer.concat([this.#input, Buffer.from(input)]);
    this.#flush();
  }

  /** Ends the input of the terminal. */
  end(): void {
    this.#inputEnded = true;
    this.#flush();
  }

  /** Attaches to a leg with a channel number that is new on this leg. */
  attach(ch: number, send: Send): void {
    this.#ch = ch;
    this.#send = send;
    this.#attach++;
    this.#state = 'opening';
    send(open(ch, this.#epoch, this.#attach, this.#position, this.#mustExist, this.#about));
  }

  /** Called when the leg, or a hop behind it, is gone. */
  detach(): void {
    if (!this.closed) this.#state = 'waiting';
  }

  frame(frame: ChannelFrame): void {
    if (frame.ch !== this.#ch || this.waiting || this.closed) return;
    switch (frame.type) {
      case 'ACCEPT':
        if (this.#state !== 'opening' || frame.attach !== this.#attach) break;
        this.#state = 'attached';
        this.#mustExist = true;
        this.#sent = frame.recvNext;
        this.#heard(frame.recvNext, frame.limit);
        break;
      case 'DATA':
        this.#take(frame.off, frame.bytes);
        break;
      case 'DATAZ':
        if (frame.off > this.output.end) return this.detach();
        this.#take(frame.off, inflated(frame, this.output.bytes));
        break;
      case 'FIN':
        if (frame.finalOff > this.output.end) return this.detach();
        this.output.finish(frame.finalOff);
        this.code = frame.code;
        this.#acknowledge();
        break;
      case 'ACK':
        this.#heard(frame.consumed, frame.limit);
        break;
      case 'SYNC':
        if (frame.attach !== this.#attach) break;
        this.#heard(frame.recvNext, frame.limit);
        if (frame.sentEnd > this.output.end) return this.detach();
        if (!frame.reply) this.#send(sync(this.#ch, this.#attach, this.#position, this.#sent, true));
        break;
      case 'DETACHED':
        this.detach();
        break;
      case 'RESET':
        if (frame.code === CHANNEL_UNKNOWN) return this.detach();
        this.code = frame.code;
        this.#state = 'closed';
    }
    this.#finish();
  }

  get #position(): Position {
    return { recvNext: this.output.end, limit: this.output.bytes.length + WINDOW_BYTES };
  }

  #take(off: number, bytes: Uint8Array): void {
    if (off > this.output.end) return this.detach();
    this.output.take(off, bytes);
    if (this.output.end - this.#acked >= WINDOW_BYTES / 4) this.#acknowledge();
    else this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ACK_MS);
  }

  #acknowledge(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    if (this.#state !== 'attached') return;
    const { recvNext, limit } = this.#position;
    this.#acked = recvNext;
    this.#send(ack(this.#ch, recvNext, limit));
  }

  /** Notes that the other end has confirmed input below the position, and accepts input below the limit. */
  #heard(position: number, limit: number): void {
    this.#confirmed = Math.max(this.#confirmed, position);
    this.#limit = Math.max(this.#limit, limit);
    this.#flush();
  }

  #flush(): void {
    if (this.#state !== 'attached') return;
    while (this.#sent < Math.min(this.#input.length, this.#limit)) {
      const to = Math.min(this.#sent + PIECE_BYTES, this.#limit);
      const bytes = this.#input.subarray(this.#sent, to);
      this.#send(data(this.#ch, this.#sent, bytes));
      this.#sent += bytes.length;
    }
    if (this.#inputEnded && this.#sent === this.#input.length) {
      this.#send(fin(this.#ch, this.#sent));
      this.#sent++;
    }
  }

  /** After both directions are confirmed, RESET lets the hops forget the channel number. */
  #finish(): void {
    if (this.output.finalOff === undefined || this.#confirmed <= this.#input.length || this.closed) return;
    this.#send(reset(this.#ch, OK));
    this.#state = 'closed';
  }
}
