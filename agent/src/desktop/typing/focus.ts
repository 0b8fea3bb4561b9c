/**
 * Decides whether typing may go to a page by CDP. Keys of the display always reach what has the focus, because the X
 * server keeps their order. CDP goes around it, so a page is typed into by CDP only when all input of the display
 * has been handled and the page keeps the focus.
 */
import type { Clock } from '@unicore/protocol';
import type { Page, Pages } from './pages.ts';

/**
 * The page must keep the focus for so long after input that may move it, ms. A browser hands a shortcut to the page
 * first, and carries it out when the page has answered. On a busy machine this took 150 ms. Keys go by the display
 * meanwhile, so nobody waits.
 */
const STEADY_MS = 400;
/** Number of answers of a page after which it has handled a click. */
const CLICK_TRIPS = 3;
/** Keys go by the display for so long after it was not known in time what the browser has handled, ms. */
const RETRY_MS = 1_000;

export interface FocusOptions {
  readonly pages: Pick<Pages, 'focused'>;
  readonly clock: Clock;
  /** Resolves when the browser has handled all input that the X server had for it; with false if that is not known. */
  readonly displayHandled: () => Promise<boolean>;
}

export class Focus {
  readonly #options: FocusOptions;
  /** True if the display has no input that the browser has not handled, and the page had the focus long enough. */
  #isSteady = false;
  /** True after a click that the browser may not have handled. */
  #isClicked = false;
  /** Counts what may have moved the focus. */
  #moves = 0;
  #retryAt = 0;
  /** Since when the page is known to have the focus; undefined if it is not known. */
  #since: number | undefined;

  constructor(options: FocusOptions) {
    this.#options = options;
  }

  /** The display got input that may move the focus, such as a shortcut or a click. */
  moved(): void {
    this.#moves += 1;
    this.#isSteady = false;
    this.#since = undefined;
    this.#retryAt = 0;
  }

  /** The display got a click. */
  clicked(): void {
    this.#isClicked = true;
    this.moved();
  }

  /**
   * Waits until the last click was handled. The browser asks first which page is below the pointer, and keys would
   * overtake the click.
   */
  async afterClick(sent: () => Promise<boolean>): Promise<void> {
    if (!this.#isClicked) return;
    this.#isClicked = false;
    if (!(await sent()) || !(await this.#options.displayHandled())) return;
    for (let trip = 0; trip < CLICK_TRIPS; trip += 1) await this.#options.pages.focused();
  }

  /**
   * Returns the page that may be typed into by CDP, or undefined if keys of the display are the way. `sent` resolves
   * when the X server has all input of the viewer, or with false if that is not known.
   */
  async page(sent: () => Promise<boolean>): Promise<Page | undefined> {
    const { pages, clock, displayHandled } = this.#options;
    if (!this.#isSteady && clock.now() < this.#retryAt) return undefined;
    const moves = this.#moves;
    const page = await pages.focused();
    if (page === undefined) this.moved();
    if (moves !== this.#moves) return undefined;
    if (this.#isSteady) return page;
    const isHandled = (await sent()) && (await displayHandled());
    const still = isHandled ? await pages.focused() : undefined;
    if (moves !== this.#moves) return undefined;
    if (still === undefined) {
      this.moved();
      this.#retryAt = clock.now() + RETRY_MS;
    } else if (this.#since === undefined) {
      this.#since = clock.now();
      this.#retryAt = this.#since + STEADY_MS;
    } else {
      this.#isSteady = true;
      return still;
    }
    return undefined;
  }

  /** Like `page`, but waits until it is known whether a page has the focus. */
  async settledPage(sent: () => Promise<boolean>): Promise<Page | undefined> {
    for (;;) {
      const page = await this.page(sent);
      if (page !== undefined || this.#since === undefined) return page;
      await new Promise<void>((resolve) => this.#options.clock.after(STEADY_MS, resolve));
    }
  }
}
