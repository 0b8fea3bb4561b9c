/**
 * What one viewer types, as one ordered stream. Each input has ended before the next one is given, so that the two ways
 * to the browser, CDP and keys of the display, never overtake each other.
 */
import { Modifier, type TypedKey } from '@unicore/protocol/control';
import { encodeKey } from '../rfb/index.ts';
import type { Focus } from './focus.ts';
import { isOnKeyboard, keyCode, keysymOf, SHIFT } from './key-codes.ts';
import type { Page, Pages } from './pages.ts';

/** Keys that type nothing by themselves; what they change is in the text of the next key. */
const SILENT = new Set(['AltGraph', 'CapsLock', 'Compose', 'Dead', 'NumLock', 'Process', 'Unidentified']);
/** Keys without text that are the page's own. The browser has uses for all others, and sees them on the display only. */
const EDITING = new Set([
  ...['Backspace', 'Delete', 'Enter', 'Home', 'End', 'PageUp', 'PageDown'],
  ...['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Shift'],
]);
const SHORTCUT = Modifier.alt | Modifier.ctrl | Modifier.meta;
const MODIFIERS = new Set(['Alt', 'Control', 'Meta', 'Super', 'Hyper']);
/** A longer text waits until it is clear whether a page has the focus, because keys of the display are slow. */
const SHORT = 32;
/** The most UTF-16 units of text that CDP takes in a key. */
const KEY_TEXT = 4;
/** Most keys that are remembered as held. */
const MOST_HELD = 256;

export interface TypingOptions {
  readonly focus: Focus;
  readonly pages: Pick<Pages, 'input'>;
  /** Types a character that no key of the display has. Resolves when the browser has handled it. */
  readonly typeSpare: (keysym: number) => Promise<boolean>;
  /** Sends messages of RFB to the VNC server. */
  readonly send: (bytes: Uint8Array) => void;
  /** Resolves when the X server has all that was sent, or with false if that is not known. */
  readonly sent: () => Promise<boolean>;
  /** False once the viewer may not go on, such as after somebody took the controls. */
  readonly isAllowed: () => boolean;
}

/** How a key that is down was pressed. It is let go in the same way. */
type Held =
  | { readonly way: 'page'; readonly page: Page; readonly key: TypedKey; isOnDisplay: boolean }
  | { readonly way: 'display'; readonly keysym: number };

export class Typing {
  readonly #options: TypingOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  async key(key: TypedKey): Promise<void> {
    if (!key.down) return this.#up(key.code || key.key);
    if (SILENT.has(key.key)) return;
    await this.#options.focus.afterClick(this.#options.sent);
    const isShortcut = (key.modifiers & SHORTCUT) !== 0 || MODIFIERS.has(key.key);
    if (!isShortcut && (key.text !== undefined || EDITING.has(key.key))) {
      const page = await this.#page();
      if (page !== undefined) return this.#pressInPage(page, key);
    }
    if (!isShortcut && key.text !== undefined) return this.#typeOnDisplay(key.text);
    this.#pressOnDisplay(key);
  }

  async text(text: string): Promise<void> {
    const { focus, pages, sent } = this.#options;
    await focus.afterClick(sent);
    const page = text.length > SHORT ? await focus.settledPage(sent) : await this.#page();
    if (page === undefined) return this.#typeOnDisplay(text);
    if (!(await pages.input(page, 'Input.insertText', { text }))) focus.moved();
  }

  /** The viewer clicks, or turns the wheel. */
  click(): void {
    this.#shiftOnDisplay();
    this.#options.focus.clicked();
  }

  /** Presses Shift on the display if it is down in a page only. */
  #shiftOnDisplay(): void {
    for (const held of this.#held.values()) {
      if (held.way !== 'page' || held.key.key !== 'Shift' || held.isOnDisplay) continue;
      held.isOnDisplay = true;
      this.#options.send(encodeKey({ keysym: held.key.keysym || SHIFT, keycode: undefined }, true));
    }
  }

  /** The display got input that may move the focus. */
  moved(): void {
    this.#options.focus.moved();
  }

  /** Lets go of all keys. */
  async release(): Promise<void> {
    for (const id of [...this.#held.keys()]) await this.#up(id);
  }

  #page(): Promise<Page | undefined> {
    return this.#options.focus.page(this.#options.sent);
  }

  async #pressInPage(page: Page, key: TypedKey): Promise<void> {
    const { pages, focus } = this.#options;
    const before = this.#held.get(key.code || key.key);
    const isOnDisplay = before?.way === 'page' && before.isOnDisplay;
    this.#hold(key, { way: 'page', page, key, isOnDisplay });
    const text = key.key === 'Enter' ? '\r' : key.text;
    if (text !== undefined && text.length > KEY_TEXT) {
      if (!(await pages.input(page, 'Input.insertText', { text }))) focus.moved();
      return;
    }
    const press = {
      type: text === undefined ? 'rawKeyDown' : 'keyDown',
      autoRepeat: key.repeat,
      ...(text !== undefined && { text, unmodifiedText: text }),
      ...parts(key),
    };
    if (!(await pages.input(page, 'Input.dispatchKeyEvent', press))) focus.moved();
  }

  async #typeOnDisplay(text: string): Promise<void> {
    const { isAllowed, sent, typeSpare } = this.#options;
    for (const character of text) {
      if (!isAllowed()) return;
      const keysym = keysymOf(character);
      if (isOnKeyboard(keysym)) {
        this.#strike(keysym);
        if (keysym >= LINE_KEYS) this.moved();
      } else {
        await sent();
        await typeSpare(keysym);
      }
    }
  }

  #pressOnDisplay(key: TypedKey): void {
    if (key.keysym === 0) return;
    this.#shiftOnDisplay();
    if (key.key === 'Shift' || MODIFIERS.has(key.key)) {
      this.#hold(key, { way: 'display', keysym: key.keysym });
      this.#options.send(encodeKey({ keysym: key.keysym, keycode: undefined }, true));
    } else this.#strike(key.keysym);
    this.moved();
  }

  /** Sends down and up at once. If a slow line kept the key down for longer, X would repeat it. */
  #strike(keysym: number): void {
    const key = { keysym, keycode: undefined };
    this.#options.send(Buffer.concat([encodeKey(key, true), encodeKey(key, false)]));
  }

  #hold(key: TypedKey, held: Held): void {
    const id = key.code || key.key;
    if (this.#held.has(id) || this.#held.size < MOST_HELD) this.#held.set(id, held);
  }

  async #up(id: string): Promise<void> {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    if (held.way === 'display') return this.#upOnDisplay(held.keysym);
    if (held.isOnDisplay) this.#upOnDisplay(held.key.keysym || SHIFT);
    await this.#options.pages.input(held.page, 'Input.dispatchKeyEvent', {
      type: 'keyUp',
      ...parts(held.key),
    });
  }

  #upOnDisplay(keysym: number): void {
    this.#options.send(encodeKey({ keysym, keycode: undefined }, false));
    this.moved();
  }
}

/** From here on, keysyms are those of keys without a sign, such as Return and Tab, which may move the focus. */
const LINE_KEYS = 0xff00;

function parts(key: TypedKey): Record<string, unknown> {
  return {
    key: key.key,
    code: key.code,
    windowsVirtualKeyCode: keyCode(key),
    modifiers: key.modifiers,
    location: key.location,
    isKeypad: key.location === 3,
  };
}
