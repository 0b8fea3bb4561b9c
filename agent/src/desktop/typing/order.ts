/**
 * Delays typing until earlier shortcuts and clicks have taken effect. Normal keys stay in order on their way to the
 * page. But the browser first gives a shortcut such as Ctrl+L to the page, and acts on it only after the page has
 * answered. And the window manager holds back clicks, but not keys.
 */
import type { Clock } from '@unicore/protocol';
import type { DisplayKeys } from './display-keys.ts';
import { F18 } from './keysyms.ts';
import type { Focus, Pages } from './pages.ts';

/** Longest time to wait until a page reports a key, ms. */
const KEY_MS = 5_000;
/** Interval at which the focus is checked again while waiting for a page, ms. */
const LOOK_AGAIN_MS = 50;

/**
 * How often the browser must have handled what the X server had for it until it has the text of a new clipboard. At
 * first the X server itself may only just see the change. Then the browser asks what the clipboard has, and then for the
 * text. If a page pastes before that, Chromium takes the answer to the first question for the text, and pastes nothing.
 */
const ROUNDS = 3;

/** More clicks in a row are not waited for one by one. */
const MOST_CLICKS = 16;

export interface OrderOptions {
  readonly pages: Pick<Pages, 'focused' | 'heard'>;
  readonly display: Pick<DisplayKeys, 'strike' | 'handled' | 'clicked'>;
  readonly clock: Clock;
}

export class Order {
  readonly #options: OrderOptions;
  /** True after input that the browser may not have acted on yet. */
  #isPending = false;
  /** Number of clicks that the window manager may not have handled yet. */
  #clicks = 0;

  constructor(options: OrderOptions) {
    this.#options = options;
  }

  /** Called when a key was typed that the browser may act on later (a shortcut). */
  shortcut(): void {
    this.#isPending = true;
  }

  /** Called when buttons of the mouse were pressed or released. count: how many times. */
  click(count: number): void {
    this.#isPending = true;
    this.#clicks = Math.min(this.#clicks + count, MOST_CLICKS);
  }

  /** True if a key that is pressed now could overtake earlier input. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** Resolves when a key can be pressed without overtaking earlier input. */
  async ready(): Promise<void> {
    if (this.#isPending) await this.page();
  }

  /** Resolves when a key that is pressed now pastes the text that the VNC server has just got. */
  async copied(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) await this.#options.display.handled();
  }

  /**
   * Resolves when the browser has acted on all input so far. The result is the document with the focus. To find
   * out, it presses the key F18, which has no use, and waits until the document reports it. The result is undefined
   * if the focus is in the browser's own fields, which act on input at once, or if no document reports the key.
   */
  async page(): Promise<Focus | undefined> {
    const clicks = this.#clicks;
    this.#isPending = false;
    this.#clicks = 0;
    const { pages, display } = this.#options;
    await display.clicked(clicks);
    await display.handled();
    const focus = await pages.focused();
    if (focus === undefined) return undefined;
    await display.strike(F18);
    const isHeard = await this.#isHeard(focus);
    await display.handled();
    return isHeard ? focus : undefined;
  }

  /**
   * Resolves with true when the document has reported the key. Resolves with false if the document has lost the
   * focus or does not answer.
   */
  async #isHeard(focus: Focus): Promise<boolean> {
    const { pages, clock } = this.#options;
    let isHeard = false;
    const heard = pages.heard(focus, KEY_MS).then((result) => {
      isHeard = result;
    });
    const deadline = clock.now() + KEY_MS;
    while (!isHeard && clock.now() < deadline) {
      await Promise.race([heard, new Promise<void>((resolve) => clock.after(LOOK_AGAIN_MS, resolve))]);
      if (!isHeard && (await pages.focused()) === undefined) return false;
    }
    return isHeard;
  }
}
