/**
 * One viewer of a terminal: its channel, its read position, and whether it is connected. A viewer reads as
 * fast as its flow-control credit allows, and does not slow down other viewers.
 */
import type { Channel, ChannelHandler, Clock } from '@unicore/protocol';
import type { PtySize } from '../../pty/index.ts';
import type { Output } from '../output/index.ts';
import type { Drawing, SizeChange } from '../screen/index.ts';
import { waitForPause } from './output-pause.ts';
import { ReadPosition } from './read-position.ts';
import { ReadRate } from './read-rate.ts';

/**
 * Time for which a disconnected viewer still causes back-pressure on the program, in ms. A viewer that
 * returns within this time misses no output.
 */
const HOLD_MS = 30_000;
/**
 * Longest time for sending the backlog after an interrupt, in ms. A viewer that would need more time skips
 * its backlog, so that the effect of ^C shows at once.
 */
const INTERRUPT_MS = 150;
/**
 * Largest backlog that is still sent after an interrupt, in bytes, if the viewer's read rate is not known
 * yet.
 */
const INTERRUPT_BYTES = 64 * 1024;

export interface ViewerOptions {
  /** Id of the viewer. RPC calls use this id to name the viewer. */
  id: string;
  user: string;
  mayWrite: boolean;
  size: PtySize;
  clock: Clock;
  output: Output;
  /** Returns true while the program is paused. */
  held(): boolean;
  /** Draws the current screen. */
  draw(scrollback?: number): Drawing;
  /** Returns the in-band notice that tells this viewer the terminal's size. */
  notice(viewer: Viewer, size: PtySize): string;
  /**
   * Handles input from the viewer. Calls `done` when the PTY has taken the input, so that the viewer gets new
   * credit.
   */
  input(viewer: Viewer, bytes: Uint8Array, done: () => void): void;
  /** Called when the viewer has read output, or was connected or disconnected. */
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
  /** True if the channel will fetch more output by itself. If false, the channel must be woken. */
  #asking = false;
  /** Number of bytes that the channel to this viewer has taken so far. */
  #given = 0;
  /**
   * After an interrupt (such as ^C), the viewer waits for a pause in the output. This function cancels that
   * wait, and is set only during the wait. Meanwhile the program need not wait for this viewer.
   */
  #cancelWait: (() => void) | undefined;
  /** True while no output is sent to this viewer, until there is a pause in the output. */
  #skips = false;
  #jumpDue = false;
  /** True if the program has ended. */
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

  /** True if the viewer is connected. */
  get present(): boolean {
    return this.#present;
  }

  /** True if the viewer is connected, or was disconnected only a short time ago and may return. */
  get counts(): boolean {
    return !this.#left && (this.#present || this.#cancelHold !== undefined);
  }

  /**
   * Number of bytes that the viewer has not read yet. It is undefined while the program need not wait for
   * this viewer.
   */
  get lag(): number | undefined {
    return this.counts && !this.#cancelWait ? this.#position.backlog : undefined;
  }

  /** Opens the channel with this viewer as its handler. The channel's output begins with a snapshot. */
  begin(open: (handler: ChannelHandler) => Channel): void {
    this.#position.begin();
    this.#channel = open(this);
    this.wake();
  }

  /** Called when there may be new output. The call costs almost nothing while the viewer does not read. */
  wake(): void {
    if (!this.#channel || (this.#asking && !this.#channel.gathers)) return;
    this.#asking = true;
    this.#channel.wake();
  }

  /**
   * Queues a notice that the terminal's size has changed. The viewer gets the notice when it has read the
   * output up to the offset of that change.
   */
  tell(change: SizeChange): void {
    this.#position.tell(change);
    this.wake();
  }

  /**
   * Called when this viewer or another viewer has interrupted the program. A viewer with a large backlog
   * skips to the screen after the interrupt. If this viewer typed the interrupt, its backlog is checked again
   * later, since output from before the interrupt may still arrive.
   */
  interrupted(byItself: boolean): void {
    if (this.#cancelWait || this.#last || this.#left) return;
    this.#skips = this.#isLate;
    if (!this.#skips && !byItself) return;
    this.#cancelWait = waitForPause(this.#options, () => this.#afterPause());
    this.#options.changed(this);
  }

  /** Called when the program has ended. The channel ends after the remaining output. */
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

  /** Number of bytes that have arrived at the other end of this viewer's channel. */
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
    // The snapshot is drawn when the viewer pulls output. So the snapshot is as new as possible. No snapshot
    // is drawn for a viewer that does not read.
    this.#jumpDue = this.#skips || this.#isLate;
    this.wake();
    this.#options.changed(this);
  }
}
