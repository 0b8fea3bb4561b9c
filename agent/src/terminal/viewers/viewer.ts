/**
 * One viewer of a terminal: a channel, and whether anybody is at the other end of it. It takes what its credit allows,
 * and nobody else waits for it.
 */
import type { Channel, ChannelHandler, Clock } from '@unicore/protocol';
import type { PtySize } from '../../pty/index.ts';
import type { Output } from '../output/index.ts';
import type { Drawing, SizeChange } from '../screen/index.ts';
import { waitForPause } from './output-pause.ts';
import { ReadPosition } from './read-position.ts';
import { ReadRate } from './read-rate.ts';

/** A viewer whose line is cut counts this long, so that it misses nothing if it comes back soon. */
const HOLD_MS = 30_000;
/** What takes longer to come is skipped after an interrupt, which then shows at once. */
const INTERRUPT_MS = 150;
/** The same where it is not known how long it takes. */
const INTERRUPT_BYTES = 64 * 1024;

export interface ViewerOptions {
  /** The viewer's name in calls about it. */
  id: string;
  user: string;
  mayWrite: boolean;
  size: PtySize;
  clock: Clock;
  output: Output;
  /** The program is made to wait. */
  held(): boolean;
  /** The screen as it is now. */
  draw(scrollback?: number): Drawing;
  /** A size, as this viewer is told it. */
  notice(viewer: Viewer, size: PtySize): string;
  /** done: the terminal has room for more. */
  input(viewer: Viewer, bytes: Uint8Array, done: () => void): void;
  /** It read, came, or went away for a while. */
  changed(viewer: Viewer): void;
  gone(viewer: Viewer): void;
}

export class Viewer implements ChannelHandler {
  readonly #options: ViewerOptions;
  readonly #position: ReadPosition;
  readonly #rate: ReadRate;
  #channel: Channel | undefined;
  mayWrite: boolean;
  /** Of this viewer's window. */
  size: PtySize;
  #present = false;
  #cancelHold: (() => void) | undefined;
  /** The channel will ask for more by itself; otherwise it waits to be woken. */
  #asking = false;
  /** Bytes that the channel was given. */
  #given = 0;
  /** After an interrupt: waits until the output pauses. The program need not wait for this viewer. Cancels the wait. */
  #cancelWait: (() => void) | undefined;
  /** What comes until then is not for this viewer. */
  #skips = false;
  #jumpDue = false;
  /** The program is gone. */
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

  /** Its line is up. */
  get present(): boolean {
    return this.#present;
  }

  /** It is here, or may be back in a moment. */
  get counts(): boolean {
    return !this.#left && (this.#present || this.#cancelHold !== undefined);
  }

  /** Bytes that it has still to read; undefined while the program need not wait for it. */
  get lag(): number | undefined {
    return this.counts && !this.#cancelWait ? this.#position.backlog : undefined;
  }

  /** Opens the channel with this handler, and begins with the screen as it is. */
  begin(open: (handler: ChannelHandler) => Channel): void {
    this.#position.begin();
    this.#channel = open(this);
    this.wake();
  }

  /** There may be something for it. Costs next to nothing while it does not read. */
  wake(): void {
    if (!this.#channel || (this.#asking && !this.#channel.gathers)) return;
    this.#asking = true;
    this.#channel.wake();
  }

  /** Told when the viewer gets to that place. */
  tell(change: SizeChange): void {
    this.#position.tell(change);
    this.wake();
  }

  /**
   * The program was interrupted, by this viewer or another. With much still to come, it goes on with what the screen
   * shows then. For whoever typed it, that may turn out only when all is read that the program wrote before.
   */
  interrupted(byItself: boolean): void {
    if (this.#cancelWait || this.#last || this.#left) return;
    this.#skips = this.#isLate;
    if (!this.#skips && !byItself) return;
    this.#cancelWait = waitForPause(this.#options, () => this.#afterPause());
    this.#options.changed(this);
  }

  /** The program ended. What is left is sent, then the end. */
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

  // ---- inside

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

  /** Of the bytes that the channel was given, those that arrived. */
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
    // Drawn when the viewer asks: as late as possible, and never for one that does not read.
    this.#jumpDue = this.#skips || this.#isLate;
    this.wake();
    this.#options.changed(this);
  }
}
