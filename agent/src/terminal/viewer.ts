/**
 * One viewer of a terminal, at its own place in the output. It starts with a snapshot, takes what its credit allows, and
 * jumps to a new snapshot when it fell too far behind; nobody else waits for it.
 */
import type { Channel, ChannelHandler, Clock } from '@unicore/protocol';
import type { PtySize } from '../pty/index.ts';
import { interrupts } from './input.ts';
import { CANCEL, RESET, skippedNotice } from './notice.ts';
import type { Output } from './output.ts';
import type { Drawing, SizeChange } from './screen.ts';
import { wholeLength } from './utf8.ts';

/** A viewer whose line is cut counts this long, so that it misses nothing if it comes back soon. */
const HOLD_MS = 30_000;
/** With more than this still to come, an interrupt shows at once only if the rest is skipped. */
const INTERRUPT_BACKLOG = 64 * 1024;
/** Lines above the screen in a jump's snapshot: it has to be quick. */
const JUMP_SCROLLBACK = 100;
const NOTHING = new Uint8Array(0);

export interface ViewerOptions {
  /** The viewer's name in calls about it. */
  id: string;
  user: string;
  mayWrite: boolean;
  size: PtySize;
  clock: Clock;
  output: Output;
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
  #channel: Channel | undefined;
  mayWrite: boolean;
  /** Of this viewer's window. */
  size: PtySize;
  #present = false;
  #cancelHold: (() => void) | undefined;
  /** Goes out before live output does. */
  #front: Uint8Array = NOTHING;
  /** Offset of the next live byte. */
  #at = 0;
  #notices: { at: number; text: string }[] = [];
  /** The program is gone: nothing will complete a character that is cut. */
  #last = false;
  #left = false;

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.mayWrite = options.mayWrite;
    this.size = options.size;
    this.#at = options.output.end;
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

  /** Bytes that it has not taken yet. */
  get backlog(): number {
    return this.#front.length + this.#options.output.end - this.#at;
  }

  /** Opens the channel with this handler, and begins with the screen as it is. */
  begin(open: (handler: ChannelHandler) => Channel): void {
    this.#redraw(RESET);
    this.#channel = open(this);
    this.#channel.wake();
  }

  wake(): void {
    this.#channel?.wake();
  }

  /** Told when the viewer gets to that place. */
  tell({ at, size }: SizeChange): void {
    this.#notices.push({ at, text: this.#options.notice(this, size) });
    this.wake();
  }

  /** The program ended. What is left is sent, then the end. */
  end(message: string): void {
    this.#last = true;
    this.#channel?.end('OK', message);
  }

  // ---- ChannelHandler

  data(bytes: Uint8Array): void {
    this.#options.input(this, bytes, () => this.#channel?.consumed(bytes.length));
    if (this.mayWrite && interrupts(bytes) && this.backlog > INTERRUPT_BACKLOG) this.#jump();
  }

  pull(max: number): Uint8Array | undefined {
    const bytes = this.#next(max);
    if (bytes) this.#options.changed(this);
    return bytes;
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
    this.#present = false;
    this.#front = NOTHING;
    this.#options.changed(this);
  }

  #next(max: number): Uint8Array | undefined {
    if (this.#left) return undefined;
    const { output } = this.#options;
    if (this.#front.length === 0) this.#advance();
    if (this.#front.length > 0) {
      const part = takeWhole(this.#front, max);
      this.#front = this.#front.subarray(part.length);
      return part;
    }
    const until = this.#notices[0]?.at ?? output.end;
    const bytes = output.ring.read(this.#at, Math.min(max, until - this.#at));
    // A character that is cut by the end of the output is left for later; one that is cut by `max` is not, as there is
    // no telling when there will be room for all of it.
    const held = this.#at + bytes.length === output.end && !this.#last ? wholeLength(bytes) : undefined;
    const part = held === undefined ? takeWhole(bytes, max) : bytes.subarray(0, held);
    this.#at += part.length;
    return part.length > 0 ? part : undefined;
  }

  /** At the end of what was queued: what comes before the next live byte. */
  #advance(): void {
    if (this.#at < this.#options.output.ring.start) return this.#jump();
    let text = '';
    while (this.#notices[0]?.at === this.#at) text += this.#notices.shift()!.text;
    if (text !== '') this.#front = Buffer.from(text);
  }

  #jump(): void {
    const skipped = this.#options.output.end - this.#at;
    this.#redraw(CANCEL + RESET, skippedNotice(skipped), JUMP_SCROLLBACK);
    this.wake();
  }

  #redraw(start: string, more = '', scrollback?: number): void {
    const { draw, notice } = this.#options;
    const { bytes, at, size, later } = draw(scrollback);
    this.#front = Buffer.concat([Buffer.from(start + notice(this, size) + more), bytes]);
    this.#at = at;
    this.#notices = [];
    for (const change of later) this.tell(change);
    this.#options.changed(this);
  }
}

/** At most `max` bytes from the start, ending with a whole character where that is possible. */
function takeWhole(bytes: Uint8Array, max: number): Uint8Array {
  const part = bytes.subarray(0, max);
  return part.subarray(0, wholeLength(part) || part.length);
}
