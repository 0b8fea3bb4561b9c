/**
 * Keeps typing behind shortcuts and clicks. Keys alone stay in order on their way to the page. But the browser lets the
 * page have a shortcut such as Ctrl+L first, and carries it out when the page has answered. And a click waits until the
 * window manager has seen it, while keys go on.
 */
import type { Clock } from '@unicore/protocol';
import type { DisplayKeys } from './display-keys.ts';
import { F18 } from './keysyms.ts';
import type { Focus, Pages } from './pages.ts';

/** A page that does not tell of a key for so long is not waited for, ms. */
const KEY_MS = 1_000;
/** Whether a page still has the focus is asked again after so long, ms. */
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
  /** True after input that the browser may not have carried out. */
  #isPending = false;
  /** The number of clicks that the window manager may not have handled. */
  #clicks = 0;

  constructor(options: OrderOptions) {
    this.#options = options;
  }

  /** The display got a key that the browser may carry out late. */
  shortcut(): void {
    this.#isPending = true;
  }

  /** Buttons of the pointer were pressed or let go so many times. */
  click(count: number): void {
    this.#isPending = true;
    this.#clicks = Math.min(this.#clicks + count, MOST_CLICKS);
  }

  /** True if a key that is pressed now could be handled before earlier input. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** Resolves when a key that is pressed now reaches what it is meant for. */
  async ready(): Promise<void> {
    if (this.#isPending) await this.page();
  }

  /** Resolves when a key that is pressed now pastes the text that the VNC server has just got. */
  async copied(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) await this.#options.display.handled();
  }

  /**
   * Resolves when the browser has carried out all input so far, with the document that has the focus. A document shows
   * that by telling of a key that has no use. The result is undefined if the browser's own fields have the focus, which
   * carry out everything at once, or if no document tells of the key.
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

  /** Resolves with true when the document has told of the key; with false if it has lost the focus, or is busy. */
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
