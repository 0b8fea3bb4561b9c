/**
 * The current screen of a terminal. A headless emulator parses the output asynchronously, and draws
 * snapshots.
 */
import type { Clock } from '@unicore/protocol';
import type { Terminal } from '@xterm/headless';
import type { PtySize } from '../../pty/index.ts';
import { snapshot } from '../drawing/index.ts';
import { headlessTerminal, limitEmulator, Palette, SCROLLBACK, XtermCore } from '../emulator/index.ts';
import type { Output } from '../output/index.ts';
import { RING_BYTES, Sequences, unfinishedSequence, wholeLength, withoutControls } from '../output/index.ts';
import { plainLength, skippableLength } from './plain-text.ts';
import type { RoundRobin } from './round-robin.ts';

/**
 * Number of bytes parsed in one turn of the event loop, on a screen of USUAL_CELLS cells. Parsing so much
 * text takes less than half a millisecond.
 */
const SLICE = 8 * 1024;
const USUAL_CELLS = 80 * 24;
/**
 * Smallest number of bytes parsed in one turn. A larger screen gets fewer bytes per turn, since a few bytes
 * can clear or move all its cells.
 */
const SMALLEST_SLICE = 64;
/** If at least this many bytes are not parsed yet, the screen looks for plain text that it can skip. */
const SKIP_FROM = 64 * 1024;
/**
 * Time limit for parsing before a snapshot is drawn, in ms. Output that is not parsed by then is sent to the
 * viewer unchanged.
 */
const CATCH_UP_MS = 20;
/**
 * Largest snapshot, in characters. A larger snapshot (every cell has different attributes) is drawn again
 * without scrollback.
 */
const MAX_DRAWING = 2 * 2 ** 20;
/**
 * Written in place of skipped plain text, which ends with a line break. It moves the cursor to the first
 * column, as the skipped text would have done.
 */
const CARRIAGE_RETURN = Buffer.from('\r');
/** Longest title of a terminal, in characters. A longer title is cut. */
const MAX_TITLE = 200;

export interface SizeChange {
  /** Offset in the output at which the terminal gets its new size. */
  at: number;
  size: PtySize;
}

/**
 * A snapshot. Its bytes bring a freshly reset terminal of size `size` to the state at offset `at` of the
 * output.
 */
export interface Drawing {
  bytes: Uint8Array;
  at: number;
  size: PtySize;
  /** Changes of the terminal's size that take effect after offset `at` of the output. */
  later: SizeChange[];
}

export interface ScreenEvents {
  /** Called with the emulator's answer to a query in the output. */
  answer(bytes: Uint8Array): void;
  /** Called when more output was parsed. */
  parsed(): void;
  /** Called when the emulator threw an error. Some output may be missing on the screen. */
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
  /** The next search for text to skip begins at this offset or later, so that no byte is checked twice. */
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

  /** Bytes of output that are not parsed yet. */
  get unparsed(): number {
    return this.#output.end - this.#parsed;
  }

  /** Called when there is more output. */
  wake(): void {
    // Much output is not parsed yet, since the program was paused too late. Parse at once, before the ring
    // buffer overwrites this output.
    while (this.unparsed > RING_BYTES / 2 && this.#parse());
    this.#scheduler.add(this.#slice);
  }

  /** Changes the terminal's size at the offset `at` of the output. That offset must not be parsed yet. */
  resizeAt(at: number, size: PtySize): void {
    this.#sizes.push({ at, size });
    this.wake();
  }

  /**
   * Draws the screen after all output so far. If parsing takes too long, the snapshot does not include the
   * last part of the output.
   */
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

  /** Parses the next slice of the terminal's output. Returns true if there is more output to parse. */
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

  /** Skips plain text that later plain text scrolls out of the buffer. */
  #skip(): void {
    if (this.#sequences.open || !this.#core.scrollsAsAWhole) return;
    const bytes = this.#plain();
    // The next search begins after these bytes are parsed, so that no byte is checked twice.
    this.#skipFrom = this.#parsed + bytes.length + 1;
    const { cols, page: lines, modes } = this.#core;
    const unseen = skippableLength(bytes, { cols, lines, wraps: modes.wraparound });
    if (unseen === 0) return;
    this.#parsed += unseen;
    this.#sequences.skipPlain(unseen);
    this.#core.writeSync(CARRIAGE_RETURN);
  }

  /**
   * Returns the plain text at the parse position. A small part is checked first, since most output has few
   * plain bytes in a row.
   */
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
      // This error is a bug in xterm. The effect of these bytes is lost, but the terminal continues to work.
      this.#events.fault(error);
    }
  }

  get #sliceBytes(): number {
    const { cols, rows } = this.#size;
    return Math.max(SMALLEST_SLICE, Math.min(SLICE, Math.floor((SLICE * USUAL_CELLS) / (cols * rows))));
  }
}
