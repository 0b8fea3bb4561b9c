/** A simulated line with a WebSocket like that of `ws` at each end. It has a delay and a rate, and may be tampered with. */
import { EventEmitter } from 'node:events';
import { type Clock, closeError } from '@unicore/protocol';
import { Flow } from '@unicore/protocol/sim';

/** Tampers with a message: returns the messages to send in its place, in order. */
export type Tamper = (message: Uint8Array) => readonly Sent[];

export interface Sent {
  message: Uint8Array;
  text?: boolean;
  /** Called when the other end takes the message. It is not called if the message was lost with its line. */
  arrived?: () => void;
}

export interface LineOptions {
  clock: Clock;
  /** One-way delay, ms. */
  delayMs: number;
  bytesPerMs: number;
  /** Tampering with messages from the end that dialled (up), and to it (down). */
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
  /** Messages that wait because of the rate, or because the other end does not read. */
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

  send(data: Uint8Array | string, done?: () => void): void {
    const text = typeof data === 'string';
    // The message is copied, as by a real socket, because a hop patches what it received in place.
    const message = text ? Buffer.from(data) : new Uint8Array(data);
    const tamper = text ? undefined : this.#tamper;
    this.#post(message, () => this.#arriveLater(tamper?.(message) ?? [{ message, text }]), done);
  }

  /** Sends a ping. The other end answers it by itself, once it has read what was sent before. */
  ping(data = ''): void {
    const bytes = Buffer.from(data);
    this.#post(bytes, () => this.#later(() => this.other.pong(bytes)));
  }

  /** Sends a pong, which may be unsolicited. */
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

  /** Breaks the line: both ends notice, and messages on the way are lost. */
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

  /** Each message arrives by itself, so that the other end can answer one before the next. */
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

/** Makes a line. near: the end that dials. far: the end that is dialled. */
export function newLine(options: LineOptions): { near: LineEnd; far: LineEnd } {
  const near = new LineEnd(options, options.up);
  const far = new LineEnd(options, options.down);
  near.other = far;
  far.other = near;
  return { near, far };
}
