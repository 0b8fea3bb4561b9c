/**
 * The keyboard of the X display: the keys of an American keyboard, and some spare keys. A character that no key has
 * is assigned to a spare key.
 *
 * Chromium looks up the character of a key only when it handles the key. It uses a keymap that it reads over a
 * second X connection. So a spare key must keep its character until Chromium has handled its last press, and may be
 * pressed only when Chromium has read the new keymap. One loop reads both connections of Chromium: when it has
 * answered twice on one, it has also read the other.
 */
import { keysymOf, LINE_KEYS, SHIFT, SHIFT_RIGHT } from './keysyms.ts';
import type { XDisplay } from './x-display.ts';

/** Number of keys that are pressed before the program waits until the X server has received them. */
const GROUP = 64;

/** The functions of the display that are used here. */
export type KeyDisplay = Pick<
  XDisplay,
  'keyboard' | 'setKey' | 'press' | 'release' | 'sync' | 'handled' | 'managed'
>;

/** The key, and the state of Shift, with which a keysym is typed. */
interface Way {
  readonly keycode: number;
  /** True if Shift must be down, false if it must be up, undefined if it does not matter. */
  readonly shift: boolean | undefined;
}

export class Keyboard {
  readonly #display: KeyDisplay;
  readonly #ways = new Map<number, Way>();
  /** The spare keys that have a character, by keysym. Ordered by their last use, the latest at the end. */
  readonly #spare = new Map<number, number>();
  /** The spare keys that have no character yet. */
  readonly #unused: number[] = [];
  /** The spare keys whose last press the browser may not have handled yet. */
  readonly #struck = new Set<number>();
  /** The keys that are down. */
  readonly #down = new Set<number>();

  static async open(display: KeyDisplay): Promise<Keyboard> {
    return new Keyboard(display, await display.keyboard());
  }

  private constructor(display: KeyDisplay, keys: ReadonlyMap<number, readonly number[]>) {
    this.#display = display;
    for (const [keycode, [plain = 0, shifted = 0, ...others]] of keys) {
      if (plain === 0 && shifted === 0 && others.every((keysym) => keysym === 0)) this.#unused.push(keycode);
      const isOne = shifted === 0 || shifted === plain;
      if (plain !== 0 && !this.#ways.has(plain)) {
        this.#ways.set(plain, { keycode, shift: isOne ? undefined : false });
      }
      if (!isOne && !this.#ways.has(shifted)) this.#ways.set(shifted, { keycode, shift: true });
    }
  }

  /**
   * Presses a key, and resolves with its keycode. A key that is already down is pressed again. If the key is for a
   * text (`isText`), Shift is changed during the press if the character needs that. If no key has this keysym, a
   * spare key is pressed and released at once, and the result is undefined.
   */
  async press(keysym: number, isText: boolean): Promise<number | undefined> {
    const way = this.#ways.get(keysym);
    if (way === undefined) {
      if (!this.#isReady(keysym)) await this.#assign([keysym]);
      this.#strike(keysym);
    } else {
      if (this.#down.has(way.keycode)) this.#display.release(way.keycode);
      this.#withShift(isText ? way.shift : undefined, () => this.#display.press(way.keycode));
      this.#down.add(way.keycode);
    }
    await this.#display.sync();
    return way?.keycode;
  }

  async release(keycode: number): Promise<void> {
    this.#down.delete(keycode);
    this.#display.release(keycode);
    await this.#display.sync();
  }

  /** Types a text. Stops early if `isAllowed` returns false. */
  async type(text: string, isAllowed: () => boolean): Promise<void> {
    const keysyms = [...text].map(keysymOf).filter((keysym) => keysym !== 0);
    let group = 0;
    for (const [i, keysym] of keysyms.entries()) {
      if (!this.#isReady(keysym)) await this.#assign(keysyms.slice(i));
      if (!isAllowed()) break;
      this.#strike(keysym);
      group += 1;
      if (group % GROUP === 0) await this.#display.sync();
    }
    await this.#display.sync();
  }

  /** Waits until the browser has handled all keys. Resolves with false if that is not known. */
  async handled(): Promise<boolean> {
    const isHandled = await this.#display.handled();
    if (isHandled) this.#struck.clear();
    return isHandled;
  }

  /** Resolves when the window manager has handled this many clicks. */
  async clicked(count: number): Promise<void> {
    for (let click = 0; click < count; click += 1) await this.#display.managed();
  }

  #isReady(keysym: number): boolean {
    return this.#ways.has(keysym) || this.#spare.has(keysym);
  }

  /**
   * Assigns spare keys to those of the keysyms that have no key. If there are too few spare keys, the first keysyms
   * get them.
   */
  async #assign(keysyms: readonly number[]): Promise<void> {
    const size = this.#unused.length + this.#spare.size;
    const wanted = [...new Set(keysyms.filter((keysym) => !this.#ways.has(keysym)))].slice(0, size);
    const missing = wanted.filter((keysym) => !this.#spare.has(keysym));
    const rest = [...this.#spare].filter(([keysym]) => !wanted.includes(keysym));
    const taken = rest.slice(0, Math.max(0, missing.length - this.#unused.length));
    if (taken.some(([, keycode]) => this.#struck.has(keycode))) await this.handled();
    for (const [keysym] of taken) this.#spare.delete(keysym);
    const keycodes = [...taken.map(([, keycode]) => keycode), ...this.#unused];
    for (const keysym of missing) {
      const keycode = keycodes.shift();
      if (keycode === undefined) break;
      this.#display.setKey(keycode, keysym);
      this.#spare.set(keysym, keycode);
    }
    this.#unused.splice(0, this.#unused.length, ...keycodes);
    await this.#display.sync();
    await this.handled();
    await this.handled();
  }

  /** Presses a key and releases it. */
  #strike(keysym: number): void {
    const way = this.#ways.get(keysym);
    if (way !== undefined) {
      if (this.#down.delete(way.keycode)) this.#display.release(way.keycode);
      return this.#withShift(keysym < LINE_KEYS ? way.shift : undefined, () => this.#tap(way.keycode));
    }
    const keycode = this.#spare.get(keysym);
    if (keycode === undefined) return;
    this.#spare.delete(keysym);
    this.#spare.set(keysym, keycode);
    this.#struck.add(keycode);
    this.#tap(keycode);
  }

  #tap(keycode: number): void {
    this.#display.press(keycode);
    this.#display.release(keycode);
  }

  /** Runs `work` while Shift is down or up as needed, and restores Shift afterwards. */
  #withShift(shift: boolean | undefined, work: () => void): void {
    const left = this.#ways.get(SHIFT)?.keycode;
    const right = this.#ways.get(SHIFT_RIGHT)?.keycode;
    const held = [left, right].filter((keycode) => keycode !== undefined && this.#down.has(keycode));
    const isDown = held.length > 0;
    if (shift === undefined || shift === isDown) return work();
    const changed = shift ? [left] : held;
    for (const keycode of changed) if (keycode !== undefined) this.#turn(keycode, shift);
    work();
    for (const keycode of changed) if (keycode !== undefined) this.#turn(keycode, !shift);
  }

  #turn(keycode: number, isDown: boolean): void {
    if (isDown) this.#display.press(keycode);
    else this.#display.release(keycode);
  }
}
