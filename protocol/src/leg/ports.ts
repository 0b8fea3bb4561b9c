/** The channels of one leg: which numbers are taken, who listens to each, and what ends when one of them goes wrong. */
import {
  channelOf,
  ERRORS,
  type ErrorCode,
  type Frame,
  type FrameOf,
  FrameType,
  frameAt,
  UniCoreError,
} from '../wire/index.ts';

/** One end of a channel on a leg: a channel itself, or the hop that passes it on. */
export interface Port {
  /** A channel frame for this port: the bytes from start to end of the message, their layout already checked. */
  receive(type: number, message: Uint8Array, start: number, end: number): void;
  /** The leg closed; nothing more comes. */
  lost(code: ErrorCode): void;
  /** The leg is to be closed soon, and still works: a hop asks its channel to attach another way. */
  vacate?(): void;
}

export interface PortsOptions {
  /** The number that is allocated first: odd on the side that dialled, even on the other. */
  first: 1 | 2;
  /** An OPEN; also a repeated one, for a number that is bound already. */
  opened: ((open: FrameOf<typeof FrameType.OPEN>) => void) | undefined;
  /** Says something to the peer, unless too much waits for it already. */
  answer(frame: Frame): void;
  /** Counts a frame that belongs to no channel here; throws when there are too many. */
  stray(): void;
  /** No number is bound any more. */
  idle(): void;
  /** A defect of our own while a frame was handled; the channel was reset. */
  fault(error: unknown): void;
}

export class Ports {
  readonly #options: PortsOptions;
  readonly #bound = new Map<number, Port>();
  #next: number;
  /** The peer takes its numbers in rising order, each once. */
  #lastOpened = 0;

  constructor(options: PortsOptions) {
    this.#options = options;
    this.#next = options.first;
  }

  get size(): number {
    return this.#bound.size;
  }

  allocate(): number {
    const ch = this.#next;
    this.#next += 2;
    return ch;
  }

  get(ch: number): Port | undefined {
    return this.#bound.get(ch);
  }

  bind(ch: number, port: Port): void {
    this.#bound.set(ch, port);
  }

  unbind(ch: number): void {
    if (this.#bound.delete(ch) && this.#bound.size === 0) this.#options.idle();
  }

  all(): Port[] {
    return [...this.#bound.values()];
  }

  /** The leg is gone. */
  lose(): void {
    const ports = this.all();
    this.#bound.clear();
    for (const port of ports) port.lost('LEG_LOST');
  }

  open(message: Uint8Array, start: number): void {
    const frame = frameAt(message, start) as FrameOf<typeof FrameType.OPEN>;
    const { opened, stray, answer } = this.#options;
    const { ch } = frame;
    if (ch <= this.#lastOpened && !this.#bound.has(ch)) {
      // Said again before its sender heard that this number is over. Taken for a new one, it would open a channel that
      // nobody waits for, or, where the acceptor has just lost its memory, give an established one another past.
      stray();
      return answer({ type: FrameType.DETACHED, ch, code: ERRORS.LEG_LOST.number });
    }
    this.#lastOpened = Math.max(this.#lastOpened, ch);
    if (opened) this.#guard(ch, () => opened(frame));
    else this.#reset(ch, 'KIND_UNKNOWN', 'nothing can be opened in this direction');
  }

  deliver(type: number, message: Uint8Array, start: number, end: number): void {
    const ch = channelOf(message, start);
    const port = this.#bound.get(ch);
    if (port) return this.#guard(ch, () => port.receive(type, message, start, end));
    this.#options.stray();
    if (type !== FrameType.RESET && type !== FrameType.DETACHED) {
      this.#reset(ch, 'CHANNEL_UNKNOWN', 'no such channel on this socket');
    }
  }

  /** What goes wrong in one channel ends that channel only: others share this socket. */
  #guard(ch: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      const known = error instanceof UniCoreError;
      if (!known) this.#options.fault(error);
      const port = this.#bound.get(ch);
      this.#bound.delete(ch);
      if (known) this.#reset(ch, error.code, error.message);
      else this.#reset(ch, 'INTERNAL', 'a defect of this program; it was logged');
      port?.lost(known ? error.code : 'INTERNAL');
    }
  }

  #reset(ch: number, code: ErrorCode, message: string): void {
    this.#options.answer({ type: FrameType.RESET, ch, code: ERRORS[code].number, message });
  }
}
