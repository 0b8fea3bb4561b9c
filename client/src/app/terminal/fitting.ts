/**
 * Fits a terminal into its window. The page reports the size that fits into the window. The machine answers
 * in the output stream with the size that the terminal gets. If that is the size of another viewer's window,
 * the font shrinks until the screen fits.
 */
import type { FitAddon } from '@xterm/addon-fit';
import type { Terminal } from '@xterm/xterm';
import type { SizeInForce } from './notices.ts';
import { FONT_SIZE } from './screen.ts';

/**
 * Smallest font size, in CSS pixels. Such small text can hardly be read, but shows roughly what another
 * viewer does. A viewer that types gets the normal font, because the terminal then takes the size of that
 * viewer's window.
 */
const SMALLEST_FONT = 3;
/** Step between two font sizes that are tried, in CSS pixels. */
const STEP = 0.25;
/** Width of xterm's scrollbar to the right of the text, in CSS pixels. FitAddon reserves the same width. */
const SCROLLBAR = 14;

export interface Size {
  cols: number;
  rows: number;
}

export class Fitting {
  readonly #terminal: Terminal;
  readonly #fit: FitAddon;
  readonly #host: HTMLElement;
  /** Size of one character cell at the normal font size, in CSS pixels. */
  #cell: { width: number; height: number } | undefined;
  #inForce: SizeInForce | undefined;

  constructor(terminal: Terminal, fit: FitAddon, host: HTMLElement) {
    this.#terminal = terminal;
    this.#fit = fit;
    this.#host = host;
  }

  /**
   * Returns the size, in cells, that fits into this window at the normal font size; undefined while the
   * window is hidden.
   */
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

  /**
   * Applies a new terminal size that arrived in the output stream. It is applied while xterm parses the
   * stream, because the output after it was written for the new size.
   */
  apply(size: SizeInForce): void {
    this.#inForce = size;
    this.#terminal.resize(size.cols, size.rows);
    // The font size is changed later, because a change redraws the screen, and xterm is still parsing now.
    queueMicrotask(() => this.scale());
  }

  /** Chooses the font size again. Call it after the size of the window or of the terminal has changed. */
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
    // xterm rounds the cell size to whole pixels, so the computed font size may still be too large.
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

  /** Returns the size of the drawn screen, in CSS pixels; undefined while nothing is drawn. */
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
