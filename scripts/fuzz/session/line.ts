/**
 * Part of the fuzz run: a simulated network connection. Each end is a WebSocket like that of the `ws`
 * library. The connection has a delay and a data rate, and can change messages.
 */
import { EventEmitter } from 'node:events';
import { type Clock, closeError } from '@unicore/protocol';
import { Flow } from '@unicore/protocol/sim';

/**
 * A function that changes messages on their way. It takes a message, and returns the messages to send
 * instead, in order.
 */
export type Tamper = (message: Uint8Array) => readonly Sent[];

export interface Sent {
  message: Uint8Array;
  text?: boolean;
  /**
   * Called when the other end of the connection receives the message. Not called if the message was lost
   * because the connection broke.
   */
  arrived?: () => void;
}

export interface LineOptions {
  clock: Clock;
  /** One-way delay, ms. */
  delayMs: number;
  bytesPerMs: number;
  /**
   * `up` changes messages from the client end of the connection to the server end. `down` changes messages in
   * the other direction.
   */
  up?: Tamper;
  down?: Tamper;
}

const OPEN = 1;
const CLOSED = 3;

export class LineEnd extends EventEmitter {
  readonly protocol = 'unicore.v1';
  readyState: number = OPEN;
  isPaused = false;
  other!: LineEnd;
  readonly #options: LineOptions;
  readonly #tamper: Tamper | undefined;
  /** Sent messages that wait because the data rate is limited, or because the other end does not read. */
  readonly #flow: Flow;

  constructor(options: LineOptions, tamper: Tamper | undefined) {
    super();
    this.#options = options;
    this.#tamper = tamper;
    this.#flow = new Flow(options.clock, { delayMs: 0, bytesPerMs: options.bytesPerMs });
  }

  get bufferedAmount(): number {
    return this.#flow.buffered;
  }

  send(
    data: Uint8Array | string,
    ...rest: [done?: () => void] | [options: { binary: boolean; fin: boolean }, done: () => void]
  ): void {
    const done = rest.length === 2 ? rest[1] : rest[0];
    const text = typeof data === 'string';
    // The message is copied, as a real socket does, because the receiver may change the received bytes in
    // place.
    const message = text ? Buffer.from(data) : new Uint8Array(data);
    const tamper = text ? undefined : this.#tamper;
    this.#post(message, () => this.#arriveLater(tamper?.(message) ?? [{ message, text }]), done);
  }

  /**
   * Sends a ping. The other end answers the ping automatically, after it has read everything that was sent
   * before.
   */
  ping(data = ''): void {
    const bytes = Buffer.from(data);
    this.#post(bytes, () => this.#later(() => this.other.pong(bytes)));
  }

  /** Sends a pong, even if there was no ping. */
  pong(data: Uint8Array): void {
    const bytes = Buffer.from(data);
    this.#later(() => this.other.emit('pong', bytes));
  }

  close(code: number, reason = ''): void {
    if (this.readyState !== OPEN) return;
    if (closeError(code) === undefined)
      throw new Error(`closed with ${code}, which is no code of ours: ${reason}`);
    const { clock, delayMs } = this.#options;
    clock.after(delayMs, () => this.other.#ended(code, reason));
    clock.after(2 * delayMs, () => this.#ended(code, reason));
    this.readyState = CLOSED - 1;
  }

  /** Breaks the connection. The two ends get a 'close' event, and messages in transit are lost. */
  terminate(): void {
    this.#ended(1006, '');
    this.other.#ended(1006, '');
  }

  pause(): void {
    this.isPaused = true;
    this.other.#flow.stall();
  }

  resume(): void {
    this.isPaused = false;
    this.other.#flow.resume();
  }

  #post(bytes: Uint8Array, left: () => void, done?: () => void): void {
    if (this.readyState === OPEN) this.#flow.push(bytes.length, left, done);
  }

  /**
   * Each message arrives in its own event, so that the other end can answer a message before the next message
   * arrives.
   */
  #arriveLater(sent: readonly Sent[]): void {
    for (const { message, text, arrived } of sent) {
      const copy = Buffer.from(message);
      this.#later(() => {
        arrived?.();
        this.other.emit('message', copy, text !== true);
      });
    }
  }

  #later(arrive: () => void): void {
    const { clock, delayMs } = this.#options;
    clock.after(delayMs, () => this.other.readyState === OPEN && arrive());
  }

  #ended(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#flow.end();
    this.emit('close', code, Buffer.from(reason));
  }
}

/** Creates a connection. `near` is the client end, and `far` is the server end. */
export function newLine(options: LineOptions): { near: LineEnd; far: LineEnd } {
  const near = new LineEnd(options, options.up);
  const far = new LineEnd(options, options.down);
  near.other = far;
  far.other = near;
  return { near, far };
}
