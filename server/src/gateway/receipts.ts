/**
 * Tracks how much output a raw client has read. On a slow network the kernel buffers megabytes that the
 * client has not read yet. The hub therefore sends a ping after output. The pong proves that the client has
 * read everything before the ping. Every WebSocket client answers pings automatically.
 */
import type { Clock } from '@unicore/protocol';
import type { WebSocket } from 'ws';
import type { Fragment, RawKind } from './framing.ts';

/**
 * The hub normally waits for the pong before it sends the next ping. If this share of the window was sent
 * since the last ping, the hub sends a new ping without waiting.
 */
const ASK_SHARE = 1 / 4;
/**
 * The hub waits LATE_MS with the ping for output of fewer bytes than this. On a desktop, most updates are small while
 * somebody types, and a ping and a pong for each of them would be a fifth of all bytes. The programs behind the other
 * kinds are paced by the pongs, so each output gets its ping at once.
 */
const SMALL: Record<RawKind, number> = { terminal: 0, cdp: 0, vnc: 8 * 1024 };
const LATE_MS = 2_000;
/**
 * If a client sends messages but no pong for this long, ms, the hub assumes that the client does not answer
 * pings. Output then counts as read when the kernel has accepted it. A client that sends nothing at all
 * counts as not reading.
 */
const FIRST_ANSWER_MS = 10_000;

export interface ReceiptsOptions {
  ws: WebSocket;
  clock: Clock;
  kind: RawKind;
  /** The window of the channel, in bytes: at most this much output waits for the client. */
  window: number;
  /** Called when the client has read more output. bytes: number of bytes read since the last call. */
  read(bytes: number): void;
}

export class Receipts {
  readonly #options: ReceiptsOptions;
  /**
   * Four counts of the channel's output bytes, in this order: bytes given to the socket, bytes accepted by
   * the kernel, bytes sent before the last ping, and bytes reported as read.
   */
  #sent = 0;
  #taken = 0;
  #asked = 0;
  #read = 0;
  /** The time at which the first ping was sent, ms. */
  #waitsSince: number | undefined;
  #answered = false;
  #answers = true;
  /** Cancels the timer that asks about small output; undefined if it does not run. */
  #cancelLate: (() => void) | undefined;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
    const { ws } = options;
    ws.on('pong', (behind) => this.#ponged(Number(behind.toString('latin1'))));
    ws.on('message', () => this.#spoke());
    ws.on('close', () => this.#cancelLate?.());
  }

  /** Number of output bytes that the kernel has not accepted yet. */
  get unsent(): number {
    return this.#sent - this.#taken;
  }

  /** Number of output bytes that the client has not read yet, as far as the hub knows. */
  get unread(): number {
    return this.#sent - this.#read;
  }

  /** Sends output to the client. done: called when the kernel has accepted the bytes. */
  send({ payload, bytes, binary, fin }: Fragment, done: () => void): void {
    this.#sent += bytes;
    this.#options.ws.send(payload, { binary, fin }, () => {
      this.#taken += bytes;
      this.settle();
      done();
    });
    this.#ask();
  }

  /**
   * Reports all output that the kernel has accepted as read, if the hub can expect no pong. The hub can
   * expect no pong if the client does not answer pings, or while the socket is paused. Without this report,
   * the program in the terminal might wait forever for its output to be read.
   */
  settle(): void {
    if (!this.#answers || this.#options.ws.isPaused) this.#count(this.#taken);
  }

  #ask(): void {
    const { kind, window, clock } = this.#options;
    const unasked = this.#sent - this.#asked;
    const waits = this.#asked > this.#read;
    if (unasked === 0 || (waits && unasked < window * ASK_SHARE)) return;
    if (unasked >= SMALL[kind]) return this.#ping();
    this.#cancelLate ??= clock.after(LATE_MS, () => {
      this.#cancelLate = undefined;
      this.#ping();
    });
  }

  #ping(): void {
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
   * Handles a pong. The pong names a position in the output, up to which the client claims to have read. If
   * the kernel has not accepted the output up to that position yet, the pong is forged and is ignored.
   * Otherwise forged pongs could make the hub buffer output without limit.
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
