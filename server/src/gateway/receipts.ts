/**
 * What a raw client has read of its output. The kernel would take megabytes for a slow line and say nothing, so a ping
 * goes behind the bytes: its pong says that they arrived and were read, as every WebSocket client answers by itself.
 */
import { type Clock, WINDOWS } from '@unicore/protocol';
import type { WebSocket } from 'ws';

/** Asked about at once; less is asked about when no answer is on its way. */
const ASK_BYTES = WINDOWS.terminal / 4;
/**
 * Who has not answered a first ping by then, and says something else, answers none: for such a client the kernel's word
 * has to do. Who says nothing at all does not read.
 */
const FIRST_ANSWER_MS = 10_000;

export interface ReceiptsOptions {
  ws: WebSocket;
  clock: Clock;
  /** The client has read so many more bytes. */
  read(bytes: number): void;
}

export class Receipts {
  readonly #options: ReceiptsOptions;
  /** Offsets in the output: handed to the socket, taken by the kernel, behind the last ping, reported as read. */
  #sent = 0;
  #taken = 0;
  #asked = 0;
  #read = 0;
  /** Since when the first ping waits for its answer. */
  #waitsSince: number | undefined;
  #answered = false;
  #answers = true;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
    const { ws } = options;
    ws.on('pong', (behind) => this.#ponged(Number(behind.toString('latin1'))));
    ws.on('message', () => this.#spoke());
  }

  /** Bytes that the kernel does not have yet. */
  get unsent(): number {
    return this.#sent - this.#taken;
  }

  /** Bytes that the client has still to read, as far as is known. */
  get unread(): number {
    return this.#sent - this.#read;
  }

  /** done: the kernel has the bytes. */
  send(bytes: Uint8Array, done: () => void): void {
    this.#sent += bytes.length;
    this.#options.ws.send(bytes, () => {
      this.#taken += bytes.length;
      this.settle();
      done();
    });
    this.#ask();
  }

  /** To be called when the socket was paused, too: no pong is heard then, and the program may wait for its output to be read. */
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

  /** An answer to what is not sent yet is a lie, which could fill our memory. */
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
