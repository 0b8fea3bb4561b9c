/**
 * Tracks how much output a raw client has read. On a slow line the kernel buffers megabytes unnoticed, so a ping
 * follows the output: its pong proves that everything before it was read. Every WebSocket client answers pings by
 * itself.
 */
import { type Clock, WINDOWS } from '@unicore/protocol';
import type { WebSocket } from 'ws';

/** After this many bytes of output a ping is sent even if another is unanswered; after fewer, the next ping waits. */
const ASK_BYTES = WINDOWS.terminal / 4;
/**
 * A client that sends messages but no pong for this long is taken not to answer pings. Its output then counts as read
 * once the kernel has it. A client that sends nothing at all counts as not reading.
 */
const FIRST_ANSWER_MS = 10_000;

export interface ReceiptsOptions {
  ws: WebSocket;
  clock: Clock;
  /** Called when the client has read this many more bytes. */
  read(bytes: number): void;
}

export class Receipts {
  readonly #options: ReceiptsOptions;
  /** Offsets in the output: given to the socket, accepted by the kernel, covered by the last ping, reported as read. */
  #sent = 0;
  #taken = 0;
  #asked = 0;
  #read = 0;
  /** When the first ping was sent. */
  #waitsSince: number | undefined;
  #answered = false;
  #answers = true;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
    const { ws } = options;
    ws.on('pong', (behind) => this.#ponged(Number(behind.toString('latin1'))));
    ws.on('message', () => this.#spoke());
  }

  /** Bytes that the kernel has not accepted yet. */
  get unsent(): number {
    return this.#sent - this.#taken;
  }

  /** Bytes that the client has not read yet, as far as known. */
  get unread(): number {
    return this.#sent - this.#read;
  }

  /** done: called when the kernel has the bytes. */
  send(bytes: Uint8Array, done: () => void): void {
    this.#sent += bytes.length;
    this.#options.ws.send(bytes, () => {
      this.#taken += bytes.length;
      this.settle();
      done();
    });
    this.#ask();
  }

  /**
   * Reports what the client has read. Call it also when the socket is paused: no pongs are received then, and the program
   * may be waiting for its output to be read.
   */
  settle(): void {
    if (!this.#answers || this.#options.ws.isPaused) this.#count(this.#taken);
  }

  #ask(): void {
    const unasked = this.#sent - this.#asked;
    const waits = this.#asked > this.#read;
    if (unasked === 0 || (waits && unasked < ASK_BYTES)) return;
    this.#asked = this.#sent;
    this.#waitsSince ??= this.#options.clock.now();
    this.#options.ws.ping(String(this.#asked));
  }

  #spoke(): void {
    if (this.#answered || this.#waitsSince === undefined) return;
    if (this.#options.clock.now() - this.#waitsSince < FIRST_ANSWER_MS) return;
    this.#answers = false;
    this.settle();
  }

  /**
   * Ignores a pong for output that the kernel does not have yet: it is forged and could make the hub buffer without
   * limit.
   */
  #ponged(behind: number): void {
    if (!(behind > 0 && behind <= this.#taken)) return;
    this.#answered = true;
    this.#answers = true;
    this.#count(behind);
    this.#ask();
  }

  #count(upTo: number): void {
    if (upTo <= this.#read) return;
    const bytes = upTo - this.#read;
    this.#read = upTo;
    this.#options.read(bytes);
  }
}
