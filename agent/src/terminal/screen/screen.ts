/** The terminal as it looks: a terminal without a window that follows the output, at its own pace. */
import type { Clock } from '@unicore/protocol';
import type { Terminal } from '@xterm/headless';
import type { PtySize } from '../../pty/index.ts';
import { snapshot } from '../drawing/index.ts';
import { headlessTerminal, limitEmulator, Palette, SCROLLBACK, XtermCore } from '../emulator/index.ts';
import type { Output } from '../output/index.ts';
import { RING_BYTES, Sequences, unfinishedSequence, wholeLength, withoutControls } from '../output/index.ts';
import { plainLength, skippableLength } from './plain-text.ts';
import type { RoundRobin } from './round-robin.ts';

/** Parsed in one go, on a screen of this many cells: less than half a millisecond for text. */
const SLICE = 8 * 1024;
const USUAL_CELLS = 80 * 24;
/** A few bytes clear or move all of a screen, so of a larger one less is parsed in one go. */
const SMALLEST_SLICE = 64;
/** So far behind, it is worth a look whether something need not be parsed. */
const SKIP_FROM = 64 * 1024;
/** A snapshot waits at most this long for our own parser; what it has not parsed then is sent as it is. */
const CATCH_UP_MS = 20;
/** A drawing that is larger than this, of cells that all differ in everything, goes without the lines above. */
const MAX_DRAWING = 2 * 2 ** 20;
/** Puts the cursor where it is after a line's end. */
const CARRIAGE_RETURN = Buffer.from('\r');
/** Longer titles are cut. */
const MAX_TITLE = 200;

export interface SizeChange {
  /** Offset in the output from which the size holds. */
  at: number;
  size: PtySize;
}

/** What brings a freshly reset terminal of that size to the place `at` in the output. */
export interface Drawing {
  bytes: Uint8Array;
  at: number;
  size: PtySize;
  /** Sizes of the output behind that place. */
  later: SizeChange[];
}

export interface ScreenEvents {
  /** xterm's answer to a question in the output. */
  answer(bytes: Uint8Array): void;
  /** Some of what was unparsed no longer is. */
  parsed(): void;
  /** Some output could not be shown. */
  fault(error: unknown): void;
}

export interface ScreenOptions {
  output: Output;
  size: PtySize;
  scheduler: RoundRobin;
  clock: Clock;
  events: ScreenEvents;
}

export class Screen {
  readonly #output: Output;
  readonly #scheduler: RoundRobin;
  readonly #clock: Clock;
  readonly #events: ScreenEvents;
  readonly #terminal: Terminal;
  readonly #core: XtermCore;
  readonly #palette = new Palette();
  readonly #sequences = new Sequences();
  readonly #slice = () => this.#parseSlice();
  #parsed = 0;
  /** Up to here it is known that all must be parsed. */
  #skipFrom = 0;
  #size: PtySize;
  #sizes: SizeChange[] = [];
  #title = '';

  constructor({ output, size, scheduler, clock, events }: ScreenOptions) {
    this.#output = output;
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#events = events;
    this.#size = size;
    this.#terminal = headlessTerminal(size);
    this.#core = new XtermCore(this.#terminal);
    limitEmulator(this.#terminal, this.#core);
    this.#core.onColor((changes) => this.#palette.apply(changes));
    this.#terminal.onTitleChange((title) => {
      this.#title = withoutControls(title).slice(0, MAX_TITLE);
    });
    this.#terminal.onData((answer) => this.#events.answer(Buffer.from(answer)));
  }

  get title(): string {
    return this.#title;
  }

  /** Bytes of output that are not on the screen yet. */
  get unparsed(): number {
    return this.#output.end - this.#parsed;
  }

  /** There is more output. */
  wake(): void {
    // Whoever paused the program too late: what is not parsed may not be overwritten.
    while (this.unparsed > RING_BYTES / 2 && this.#parse());
    this.#scheduler.add(this.#slice);
  }

  /** From that offset on, which is not parsed yet, the screen has another size. */
  resizeAt(at: number, size: PtySize): void {
    this.#sizes.push({ at, size });
    this.wake();
  }

  /** The output so far, or nearly so when it comes faster than it can be parsed. */
  snapshot(scrollback: number = SCROLLBACK): Drawing {
    const until = this.#clock.now() + CATCH_UP_MS;
    while (this.#clock.now() < until && this.#parse());
    let drawn = snapshot(this.#core, scrollback);
    if (drawn.length > MAX_DRAWING) drawn = snapshot(this.#core, 0);
    const text = `${this.#palette.restored()}\x1b]2;${this.#title}\x07${drawn}`;
    const open = unfinishedSequence(this.#output.ring, this.#sequences);
    const bytes = Buffer.concat([Buffer.from(text), open]);
    return { bytes, at: this.#parsed, size: this.#size, later: [...this.#sizes] };
  }

  dispose(): void {
    this.#scheduler.remove(this.#slice);
    this.#terminal.dispose();
  }

  #parseSlice(): boolean {
    const more = this.#parse();
    this.#events.parsed();
    return more;
  }

  /** True when there is more that can be parsed. */
  #parse(): boolean {
    const { ring, end } = this.#output;
    const next = this.#sizes[0];
    if (next && this.#parsed >= next.at) {
      this.#sizes.shift();
      this.#size = next.size;
      this.#terminal.resize(next.size.cols, next.size.rows);
      return true;
    }
    if (this.unparsed >= SKIP_FROM && this.#parsed >= this.#skipFrom && !next) this.#skip();
    const bytes = ring.read(this.#parsed, Math.min(this.#sliceBytes, (next?.at ?? end) - this.#parsed));
    const whole = wholeLength(bytes);
    if (whole === 0) return false;
    this.#parsed += whole;
    this.#write(bytes.subarray(0, whole));
    return this.#parsed < end || this.#sizes.length > 0;
  }

  /** Plain text that is scrolled away by the plain text behind it is as good as parsed. */
  #skip(): void {
    if (this.#sequences.open || !this.#core.scrollsAsAWhole) return;
    const bytes = this.#plain();
    // What is not skipped now is parsed before the next look, so nothing is looked at again and again.
    this.#skipFrom = this.#parsed + bytes.length + 1;
    const { cols, page: lines, modes } = this.#core;
    const unseen = skippableLength(bytes, { cols, lines, wraps: modes.wraparound });
    if (unseen === 0) return;
    this.#parsed += unseen;
    this.#sequences.skipPlain(unseen);
    this.#core.writeSync(CARRIAGE_RETURN);
  }

  /** The plain text that is parsed next; most output has colours, and little of it. */
  #plain(): Uint8Array {
    const { ring } = this.#output;
    const near = ring.read(this.#parsed, SLICE);
    const bytes = plainLength(near) < near.length ? near : ring.read(this.#parsed, this.unparsed);
    return bytes.subarray(0, plainLength(bytes));
  }

  #write(bytes: Uint8Array): void {
    this.#sequences.feed(bytes);
    try {
      this.#core.writeSync(bytes);
    } catch (error) {
      // A defect of xterm's: what the bytes were to do is lost, the terminal is not.
      this.#events.fault(error);
    }
  }

  get #sliceBytes(): number {
    const { cols, rows } = this.#size;
    return Math.max(SMALLEST_SLICE, Math.min(SLICE, Math.floor((SLICE * USUAL_CELLS) / (cols * rows))));
  }
}
