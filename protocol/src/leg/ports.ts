/**
 * The channel numbers of one leg. A port receives the frames of each number in use. An error in one channel
 * ends only that channel.
 */
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

/**
 * Receives the frames of one channel on a leg. A port is the end of a channel, or a hop that forwards the
 * frames.
 */
export interface Port {
  /**
   * Handles a frame of this channel: the bytes of the message from `start` to `end`. The layout of the frame
   * has been checked already.
   */
  receive(type: number, message: Uint8Array, start: number, end: number): void;
  /**
   * Called when the leg of this port has closed, or when an error has ended this channel. No more frames
   * come.
   */
  lost(code: ErrorCode): void;
  /**
   * Called when the leg still works but will be closed soon. A hop then asks its channel to attach over
   * another path.
   */
  vacate?(): void;
}

export interface PortsOptions {
  /** The first channel number to allocate: odd on the side that dialled, even on the other side. */
  first: 1 | 2;
  /** Handles an OPEN. If the peer repeats an OPEN, its channel number may be bound already. */
  opened: ((open: FrameOf<typeof FrameType.OPEN>) => void) | undefined;
  /** Sends a frame to the peer, unless too many bytes already wait for the peer. */
  answer(frame: Frame): void;
  /** Counts a frame that belongs to no bound channel. Throws if there are too many such frames. */
  stray(): void;
  /** Called when the last channel number in use was released. */
  idle(): void;
  /** Called when this program's own code threw while it handled a frame. The channel was reset. */
  fault(error: unknown): void;
}

export class Ports {
  readonly #options: PortsOptions;
  readonly #bound = new Map<number, Port>();
  #next: number;
  /**
   * The highest channel number that the peer has opened. The peer uses its numbers in rising order, and each
   * number once.
   */
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

  /** Tells every port that the leg has closed. */
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
      // The peer repeated this OPEN before it learned that its channel number is no longer in use. As a new
      // OPEN, it would open a channel that has no opener. An acceptor that was just restarted would even
      // create a second, empty channel with the epoch (the id) of a living channel.
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

  /** Runs `work`. An error in `work` ends only this channel, because other channels use the same socket. */
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
