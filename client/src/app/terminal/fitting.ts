/**
 * Fits a terminal into its window. The window reports the size that it has room for, and the machine answers in the
 * stream which size is in force. If that is another viewer's size, the font shrinks until that screen fits.
 */
import type { FitAddon } from '@xterm/addon-fit';
import type { Terminal } from '@xterm/xterm';
import type { SizeInForce } from './notices.ts';
import { FONT_SIZE } from './screen.ts';

/** Smallest font size, in pixels. It shows what goes on; a viewer that types gets its own size. */
const SMALLEST_FONT = 3;
/** Step between the font sizes that are tried, in pixels. */
const STEP = 0.25;
/** Pixels to the right of the text for xterm's scrollbar. FitAddon reserves the same. */
const SCROLLBAR = 14;

export interface Size {
  cols: number;
  rows: number;
}

export class Fitting {
  readonly #terminal: Terminal;
  readonly #fit: FitAddon;
  readonly #host: HTMLElement;
  /** One cell at the normal font size, in CSS pixels. */
  #cell: { width: number; height: number } | undefined;
  #inForce: SizeInForce | undefined;

  constructor(terminal: Terminal, fit: FitAddon, host: HTMLElement) {
    this.#terminal = terminal;
    this.#fit = fit;
    this.#host = host;
  }

  /** The size that fits into this window at the normal font size; undefined while the window is hidden. */
  measure(): Size | undefined {
    const room = this.#room();
    if (!room) return undefined;
    if (this.#terminal.options.fontSize === FONT_SIZE) {
      const size = this.#fit.proposeDimensions();
      this.#measureCell();
      return size && Number.isFinite(size.cols) && Number.isFinite(size.rows) ? size : undefined;
    }
    if (!this.#cell) return undefined;
    return {
      cols: Math.max(2, Math.floor((room.width - SCROLLBAR) / this.#cell.width)),
      rows: Math.max(1, Math.floor(room.height / this.#cell.height)),
    };
  }

  /** Applies a size from the stream. Runs while xterm parses, since the bytes after it were written for that size. */
  apply(size: SizeInForce): void {
    this.#inForce = size;
    this.#terminal.resize(size.cols, size.rows);
    // The font changes later, since that draws, and this runs while xterm parses.
    queueMicrotask(() => this.scale());
  }

  /** Chooses the font size again after the window or the size in force changed. */
  scale(): void {
    const room = this.#room();
    if (!room || !this.#inForce) return;
    this.#setFont(FONT_SIZE);
    if (this.#inForce.mine) return;
    this.#measureCell();
    const drawn = this.#drawn();
    const share = drawn ? Math.min((room.width - SCROLLBAR) / drawn.width, room.height / drawn.height) : 1;
    const fitting = Math.floor((FONT_SIZE * share) / STEP) * STEP;
    let font = Math.max(SMALLEST_FONT, Math.min(FONT_SIZE, fitting));
    // xterm rounds cells to whole pixels, so the computed font may still be too large.
    for (; font >= SMALLEST_FONT; font -= STEP) {
      this.#setFont(font);
      const { width, height } = this.#drawn() ?? room;
      if (width <= room.width && height <= room.height) return;
    }
  }

  #setFont(fontSize: number): void {
    if (this.#terminal.options.fontSize !== fontSize) this.#terminal.options.fontSize = fontSize;
  }

  #measureCell(): void {
    const drawn = this.#drawn();
    if (drawn) {
      this.#cell = { width: drawn.width / this.#terminal.cols, height: drawn.height / this.#terminal.rows };
    }
  }

  /** Size of the drawn screen, in CSS pixels. */
  #drawn(): { width: number; height: number } | undefined {
    const rect = this.#host.querySelector('.xterm-screen')?.getBoundingClientRect();
    return rect && rect.width > 0 ? rect : undefined;
  }

  #room(): { width: number; height: number } | undefined {
    const element = this.#terminal.element;
    const { clientWidth, clientHeight } = this.#host;
    if (!element || clientWidth === 0 || clientHeight === 0) return undefined;
    const style = getComputedStyle(element);
    const padding = (side: string): number =>
      Number.parseFloat(style.getPropertyValue(`padding-${side}`)) || 0;
    return {
      width: clientWidth - padding('left') - padding('right'),
      height: clientHeight - padding('top') - padding('bottom'),
    };
  }
}
