/**
 * What a raw client has read of its output. The kernel would take megabytes for a slow line and say nothing, so a ping
 * goes behind the bytes: its pong says that they arrived and were read, as every WebSocket client answers by itself.
 */
import { type Clock, WINDOWS } from '@unicore/protocol';
import type { WebSocket } from 'ws';

/** Asked about at once; less is asked about when no answer is on its way. */
const ASK_BYTES = WINDOWS.terminal / 4;
/** A client that has not answered its first ping by then never answers any: for it the kernel's word has to do. */
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
  #answered = false;
  #answers = true;
  #cancelFirst: (() => void) | undefined;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
    const { ws } = options;
    ws.on('pong', (behind) => this.#ponged(Number(behind.toString('latin1'))));
    ws.on('close', () => this.#cancelFirst?.());
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
    const { ws, clock } = this.#options;
    this.#sent += bytes.length;
    ws.send(bytes, () => {
      this.#taken += bytes.length;
      this.settle();
      done();
    });
    this.#ask();
    this.#cancelFirst ??= clock.after(FIRST_ANSWER_MS, () => {
      this.#answers = this.#answered;
      this.settle();
    });
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
    this.#options.ws.ping(String(this.#asked));
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
