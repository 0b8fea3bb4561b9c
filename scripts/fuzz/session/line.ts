/** A simulated line with a WebSocket like that of `ws` at each end. It has a delay and a rate, and may be tampered with. */
import { EventEmitter } from 'node:events';
import { type Clock, closeError } from '@unicore/protocol';

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

interface Parcel {
  bytes: Uint8Array;
  kind: 'binary' | 'text' | 'ping';
  done?: (() => void) | undefined;
}

const OPEN = 1;
const CLOSED = 3;

export class LineEnd extends EventEmitter {
  readonly protocol = 'unicore.v1';
  readyState: number = OPEN;
  isPaused = false;
  bufferedAmount = 0;
  other!: LineEnd;
  readonly #options: LineOptions;
  readonly #tamper: Tamper | undefined;
  /** Messages that wait because of the rate, or because the other end does not read. */
  #queue: Parcel[] = [];
  #leaving = false;

  constructor(options: LineOptions, tamper: Tamper | undefined) {
    super();
    this.#options = options;
    this.#tamper = tamper;
  }

  send(data: Uint8Array | string, done?: () => void): void {
    // The message is copied, as by a real socket, because a hop patches what it received in place.
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
    this.#post({ bytes, kind: typeof data === 'string' ? 'text' : 'binary', done });
  }

  /** Sends a ping. The other end answers it by itself, once it has read what was sent before. */
  ping(data = ''): void {
    this.#post({ bytes: new TextEncoder().encode(data), kind: 'ping' });
  }

  /** Sends a pong, which may be unsolicited. */
  pong(data: Uint8Array): void {
    const { clock, delayMs } = this.#options;
    clock.after(delayMs, () => this.other.readyState === OPEN && this.other.emit('pong', Buffer.from(data)));
  }

  close(code: number, reason = ''): void {
    if (this.readyState !== OPEN) return;
    if (closeError(code) === undefined)
      throw new Error(`closed with ${code}, which is no code of ours: ${reason}`);
    this.#shut(code, reason);
  }

  /** Breaks the line: both ends notice, and messages on the way are lost. */
  terminate(): void {
    this.#ended(1006, '');
    this.other.#ended(1006, '');
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.other.#leave();
  }

  #post(parcel: Parcel): void {
    if (this.readyState !== OPEN) return;
    this.bufferedAmount += parcel.bytes.length;
    this.#queue.push(parcel);
    this.#leave();
  }

  #leave(): void {
    const first = this.#queue[0];
    if (this.#leaving || first === undefined || this.other.isPaused) return;
    this.#leaving = true;
    const { clock, bytesPerMs } = this.#options;
    clock.after(first.bytes.length / bytesPerMs, () => {
      this.#leaving = false;
      if (this.readyState !== OPEN || this.#queue.shift() === undefined) return;
      this.bufferedAmount -= first.bytes.length;
      this.#onTheWay(first);
      first.done?.();
      this.#leave();
    });
  }

  #onTheWay({ bytes, kind }: Parcel): void {
    const { clock, delayMs } = this.#options;
    if (kind === 'ping') return void clock.after(delayMs, () => this.other.pong(bytes));
    const sent =
      this.#tamper && kind === 'binary' ? this.#tamper(bytes) : [{ message: bytes, text: kind === 'text' }];
    for (const { message, text, arrived } of sent as readonly Sent[]) {
      const copy = Buffer.from(message);
      clock.after(delayMs, () => {
        if (this.other.readyState !== OPEN) return;
        arrived?.();
        this.other.emit('message', copy, text !== true);
      });
    }
  }

  #shut(code: number, reason: string): void {
    const { clock, delayMs } = this.#options;
    clock.after(delayMs, () => this.other.#ended(code, reason));
    clock.after(2 * delayMs, () => this.#ended(code, reason));
    this.readyState = CLOSED - 1;
  }

  #ended(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#queue = [];
    this.bufferedAmount = 0;
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
