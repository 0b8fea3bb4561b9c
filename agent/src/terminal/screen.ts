/** The terminal as it looks: a terminal without a window that follows the output, at its own pace. */
import type { Terminal } from '@xterm/headless';
import type { PtySize } from '../pty/pty.ts';
import { headlessTerminal, SCROLLBACK } from './headless.ts';
import { withoutControls } from './notice.ts';
import type { Output } from './output.ts';
import { Palette } from './palette.ts';
import { RING_BYTES } from './ring.ts';
import { snapshot } from './snapshot.ts';
import type { Turns } from './turns.ts';
import { wholeLength } from './utf8.ts';
import { XtermCore } from './xterm-core.ts';

/** Parsed in one go, about half a millisecond. */
const SLICE = 16 * 1024;
/** Longer titles are cut. */
const MAX_TITLE = 200;

export interface ScreenEvents {
  /** xterm's answer to a question in the output. */
  answer(bytes: Uint8Array): void;
  /** Some of what was unparsed no longer is. */
  parsed(): void;
}

export class Screen {
  readonly #output: Output;
  readonly #turns: Turns;
  readonly #events: ScreenEvents;
  readonly #terminal: Terminal;
  readonly #core: XtermCore;
  readonly #palette = new Palette();
  readonly #slice = () => this.#parseSlice();
  #parsed = 0;
  #sizes: { at: number; size: PtySize }[] = [];
  #title = '';

  constructor(output: Output, size: PtySize, turns: Turns, events: ScreenEvents) {
    this.#output = output;
    this.#turns = turns;
    this.#events = events;
    this.#terminal = headlessTerminal(size);
    this.#core = new XtermCore(this.#terminal);
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
    this.#turns.want(this.#slice);
  }

  /** From that offset on, which is not parsed yet, the screen has another size. */
  resizeAt(at: number, size: PtySize): void {
    this.#sizes.push({ at, size });
    this.wake();
  }

  /** All output so far, as the bytes that draw it on a freshly reset terminal; what follows it begins at `at`. */
  snapshot(scrollback: number = SCROLLBACK): { bytes: Uint8Array; at: number } {
    while (this.#parse());
    const title = `\x1b]2;${this.#title}\x07`;
    const drawn = Buffer.from(this.#palette.restored() + title + snapshot(this.#core, scrollback));
    return { bytes: Buffer.concat([drawn, this.#output.openBefore(this.#parsed)]), at: this.#parsed };
  }

  dispose(): void {
    this.#turns.forget(this.#slice);
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
      this.#terminal.resize(next.size.cols, next.size.rows);
      return true;
    }
    const bytes = ring.read(this.#parsed, Math.min(SLICE, (next?.at ?? end) - this.#parsed));
    const whole = wholeLength(bytes);
    if (whole === 0) return false;
    this.#core.writeSync(bytes.subarray(0, whole));
    this.#parsed += whole;
    return this.#parsed < end || this.#sizes.length > 0;
  }
}
