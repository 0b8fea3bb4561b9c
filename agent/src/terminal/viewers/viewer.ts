/**
 * One viewer of a terminal: its channel, its read position, and whether it is connected. It reads as fast as its credit
 * allows, and does not slow down other viewers.
 */
import type { Channel, ChannelHandler, Clock } from '@unicore/protocol';
import type { PtySize } from '../../pty/index.ts';
import type { Output } from '../output/index.ts';
import type { Drawing, SizeChange } from '../screen/index.ts';
import { waitForPause } from './output-pause.ts';
import { ReadPosition } from './read-position.ts';
import { ReadRate } from './read-rate.ts';

/** A disconnected viewer still holds back the program for this time, so that it misses nothing if it returns soon. */
const HOLD_MS = 30_000;
/**
 * After an interrupt, a viewer skips its backlog if sending it would take longer than this, ms. So the effect of ^C
 * shows at once.
 */
const INTERRUPT_MS = 150;
/** The same limit in bytes, for a viewer whose read rate is not known yet. */
const INTERRUPT_BYTES = 64 * 1024;

export interface ViewerOptions {
  /** Id of the viewer, by which RPC calls name it. */
  id: string;
  user: string;
  mayWrite: boolean;
  size: PtySize;
  clock: Clock;
  output: Output;
  /** Whether the program is paused. */
  held(): boolean;
  /** Draws the current screen. */
  draw(scrollback?: number): Drawing;
  /** Returns the in-band notice about a size for this viewer. */
  notice(viewer: Viewer, size: PtySize): string;
  /** Handles input. Calls `done` when the PTY has taken it, so that the viewer gets new credit. */
  input(viewer: Viewer, bytes: Uint8Array, done: () => void): void;
  /** The viewer has read something, or was connected or disconnected. */
  changed(viewer: Viewer): void;
  gone(viewer: Viewer): void;
}

export class Viewer implements ChannelHandler {
  readonly #options: ViewerOptions;
  readonly #position: ReadPosition;
  readonly #rate: ReadRate;
  #channel: Channel | undefined;
  mayWrite: boolean;
  /** Size of this viewer's window. */
  size: PtySize;
  #present = false;
  #cancelHold: (() => void) | undefined;
  /** True if the channel will pull more output by itself; otherwise it must be woken. */
  #asking = false;
  /** Bytes given to the channel in total. */
  #given = 0;
  /**
   * Set while this viewer waits for a pause in the output after an interrupt; a call cancels the wait. Meanwhile the
   * program need not wait for this viewer.
   */
  #cancelWait: (() => void) | undefined;
  /** True while output is withheld from this viewer, until the pause in the output. */
  #skips = false;
  #jumpDue = false;
  /** The program has ended. */
  #last = false;
  #left = false;

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.mayWrite = options.mayWrite;
    this.size = options.size;
    const { clock, output, draw, notice } = options;
    this.#position = new ReadPosition({ output, draw, notice: (size) => notice(this, size) });
    this.#rate = new ReadRate(clock);
    this.#hold();
  }

  get id(): string {
    return this.#options.id;
  }

  get user(): string {
    return this.#options.user;
  }

  /** Whether the viewer is connected. */
  get present(): boolean {
    return this.#present;
  }

  /** Whether the viewer is connected, or was until a moment ago and may return. */
  get counts(): boolean {
    return !this.#left && (this.#present || this.#cancelHold !== undefined);
  }

  /** Bytes that the viewer has not read yet; undefined while the program need not wait for it. */
  get lag(): number | undefined {
    return this.counts && !this.#cancelWait ? this.#position.backlog : undefined;
  }

  /** Opens the channel with this viewer as handler, and starts with a snapshot. */
  begin(open: (handler: ChannelHandler) => Channel): void {
    this.#position.begin();
    this.#channel = open(this);
    this.wake();
  }

  /** Called when there may be output. It costs almost nothing while the viewer does not read. */
  wake(): void {
    if (!this.#channel || (this.#asking && !this.#channel.gathers)) return;
    this.#asking = true;
    this.#channel.wake();
  }

  /** Queues a size notice, which is sent when the viewer reaches its offset. */
  tell(change: SizeChange): void {
    this.#position.tell(change);
    this.wake();
  }

  /**
   * The program was interrupted, by this viewer or another. A viewer with a large backlog skips to the screen after the
   * interrupt. For the viewer that typed the interrupt, the backlog is judged again later, since output from before the
   * interrupt may still arrive.
   */
  interrupted(byItself: boolean): void {
    if (this.#cancelWait || this.#last || this.#left) return;
    this.#skips = this.#isLate;
    if (!this.#skips && !byItself) return;
    this.#cancelWait = waitForPause(this.#options, () => this.#afterPause());
    this.#options.changed(this);
  }

  /** The program has ended. The channel ends after the rest of the output. */
  end(message: string): void {
    this.#last = true;
    if (this.#cancelWait) this.#afterPause();
    this.#channel?.end('OK', message);
  }

  // ---- ChannelHandler

  data(bytes: Uint8Array): void {
    this.#options.input(this, bytes, () => this.#channel?.consumed(bytes.length));
  }

  pull(max: number): Uint8Array | undefined {
    const bytes = this.#next(max);
    this.#asking = bytes !== undefined;
    if (!bytes) {
      this.#rate.idle();
      return undefined;
    }
    this.#given += bytes.length;
    this.#rate.busy(this.#taken);
    this.#options.changed(this);
    return bytes;
  }

  pending(): number {
    return this.#position.backlog;
  }

  attached(): void {
    this.#cancelHold?.();
    this.#cancelHold = undefined;
    this.#present = true;
    this.#options.changed(this);
  }

  detached(): void {
    this.#present = false;
    this.#hold();
    this.#options.changed(this);
  }

  ended(): void {
    this.#leave();
    this.#channel?.end();
  }

  closed(): void {
    this.#leave();
    this.#options.gone(this);
  }

  // ---- private

  #hold(): void {
    this.#cancelHold?.();
    this.#cancelHold = this.#options.clock.after(HOLD_MS, () => {
      this.#cancelHold = undefined;
      this.#options.changed(this);
    });
  }

  #leave(): void {
    this.#left = true;
    this.#cancelHold?.();
    this.#cancelHold = undefined;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#present = false;
    this.#options.changed(this);
  }

  #next(max: number): Uint8Array | undefined {
    if (this.#left) return undefined;
    if (this.#cancelWait) {
      this.#skips ||= this.#isLate;
      if (this.#skips) return undefined;
    }
    if (this.#jumpDue) {
      this.#jumpDue = false;
      this.#position.jumpIfShorter();
    }
    return this.#position.next(max, this.#last);
  }

  /** Bytes given to the channel that the other end has received. */
  get #taken(): number {
    return this.#given - (this.#channel?.inFlight ?? 0);
  }

  get #isLate(): boolean {
    const { backlog } = this.#position;
    const ms = this.#rate.timeFor(backlog, this.#taken);
    return ms === undefined ? backlog > INTERRUPT_BYTES : ms > INTERRUPT_MS;
  }

  #afterPause(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    // The snapshot is drawn when the viewer pulls: as late as possible, and never for a viewer that does not read.
    this.#jumpDue = this.#skips || this.#isLate;
    this.wake();
    this.#options.changed(this);
  }
}
