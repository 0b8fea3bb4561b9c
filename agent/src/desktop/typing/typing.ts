/**
 * Types what one viewer sends, in order. Most input is typed with keys of the X display. Texts with characters that
 * the keyboard lacks are inserted into the page directly. The caller waits for the end of each input before it
 * passes the next one.
 */
import { Modifier, type TypedKey } from '@unicore/protocol/control';
import type { DisplayKeys } from './display-keys.ts';
import { keysymOf } from './keysyms.ts';
import type { Order } from './order.ts';
import type { Pages } from './pages.ts';

/** Keys that type nothing themselves. Their effect is in the text of the next key. */
const SILENT = new Set(['AltGraph', 'CapsLock', 'Compose', 'Dead', 'NumLock', 'Process', 'Unidentified']);
/** Keys without a text that only edit. Any other key without a text may be a shortcut of the browser. */
const EDITING = new Set([
  ...['Backspace', 'Delete', 'Enter', 'Home', 'End', 'PageUp', 'PageDown'],
  ...['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
]);
/** Matches texts that the American keyboard can type. */
const ON_KEYBOARD = /^[ -~\n\r\t]*$/;
const SHORTCUT = Modifier.alt | Modifier.ctrl | Modifier.meta;
const MODIFIERS = new Set(['Alt', 'Control', 'Meta', 'Super', 'Hyper', 'Shift']);
/** Maximum number of held keys that are remembered. */
const MOST_HELD = 256;

export interface TypingOptions {
  readonly display: Pick<DisplayKeys, 'press' | 'release' | 'type'>;
  readonly order: Pick<Order, 'shortcut' | 'ready' | 'page'>;
  readonly pages: Pick<Pages, 'insert'>;
  /** Returns false if the viewer may not continue, for example because somebody else has taken the controls. */
  readonly isAllowed: () => boolean;
}

export class Typing {
  readonly #options: TypingOptions;
  /** The keycodes of the keys that are down, by the names of the viewer's keys. */
  readonly #held = new Map<string, number>();

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  async key(key: TypedKey): Promise<void> {
    const id = key.code || key.key;
    if (!key.down) return this.#up(id);
    const isModifier = MODIFIERS.has(key.key);
    if (SILENT.has(key.key) || (isModifier && key.repeat)) return;
    const { order } = this.#options;
    await order.ready();
    if (isModifier) return this.#down(id, key.keysym, false);
    const isShortcut = (key.modifiers & SHORTCUT) !== 0;
    if (isShortcut || (key.text === undefined && !EDITING.has(key.key))) order.shortcut();
    if (isShortcut) return this.#down(id, shortcutKeysym(key), true);
    if (key.text === undefined) return this.#down(id, key.keysym, false);
    const [character = '', more] = key.text;
    if (more === undefined) return this.#down(id, keysymOf(character), true);
    await this.text(key.text);
  }

  /**
   * Types a text from an input method or a soft keyboard. If the keyboard cannot type it, the page gets the whole
   * text at once: a character of several code points could join with its neighbours if it arrived in pieces.
   */
  async text(text: string): Promise<void> {
    const { order, pages, display, isAllowed } = this.#options;
    if (ON_KEYBOARD.test(text)) await order.ready();
    else {
      const page = await order.page();
      if (!isAllowed()) return;
      if (page) return pages.insert(page, text);
    }
    await display.type(text.replaceAll('\r\n', '\n'), isAllowed);
  }

  /** Releases all keys. */
  async release(): Promise<void> {
    for (const id of [...this.#held.keys()]) await this.#up(id);
  }

  async #down(id: string, keysym: number, isText: boolean): Promise<void> {
    const { display, isAllowed } = this.#options;
    if (keysym === 0 || !isAllowed()) return;
    const keycode = await display.press(keysym, isText);
    if (keycode === undefined) return;
    if (this.#held.size < MOST_HELD || this.#held.has(id)) this.#held.set(id, keycode);
    else await display.release(keycode);
  }

  async #up(id: string): Promise<void> {
    const keycode = this.#held.get(id);
    if (keycode === undefined) return;
    this.#held.delete(id);
    await this.#options.display.release(keycode);
  }
}

/**
 * Returns the keysym for a key in a shortcut. Caps Lock has no effect on shortcuts, so only Shift makes a capital
 * letter. If a key's character is not ASCII, its place on the keyboard counts, as in all browsers: Ctrl with the
 * key of the Russian letter ф is Ctrl+A.
 */
function shortcutKeysym({ keysym, key, code, modifiers }: TypedKey): number {
  const [, place] = /^(?:Key|Digit)(\w)$/.exec(code) ?? [];
  const sign = isPrintableAscii(key) ? key : place;
  if (sign === undefined || [...key].length !== 1) return keysym;
  if (!/^[a-z]$/i.test(sign)) return keysymOf(sign);
  return keysymOf((modifiers & Modifier.shift) === 0 ? sign.toLowerCase() : sign.toUpperCase());
}

function isPrintableAscii(key: string): boolean {
  return /^[ -~]$/.test(key);
}
