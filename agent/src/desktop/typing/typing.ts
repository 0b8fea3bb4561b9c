/**
 * What one viewer types, as one ordered stream. It goes by keys of the display, but for composed texts, which a page
 * gets as such. Each input has ended before the next one is given.
 */
import { Modifier, type TypedKey } from '@unicore/protocol/control';
import type { DisplayKeys } from './display-keys.ts';
import { keysymOf } from './keysyms.ts';
import type { Order } from './order.ts';
import type { Pages } from './pages.ts';

/** Keys that type nothing by themselves; what they change is in the text of the next key. */
const SILENT = new Set(['AltGraph', 'CapsLock', 'Compose', 'Dead', 'NumLock', 'Process', 'Unidentified']);
/** Keys without text that only edit. All others may have a use in the browser. */
const EDITING = new Set([
  ...['Backspace', 'Delete', 'Enter', 'Home', 'End', 'PageUp', 'PageDown'],
  ...['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
]);
/** Texts of characters that the keyboard has. */
const ON_KEYBOARD = /^[ -~\n\r\t]*$/;
const SHORTCUT = Modifier.alt | Modifier.ctrl | Modifier.meta;
const MODIFIERS = new Set(['Alt', 'Control', 'Meta', 'Super', 'Hyper', 'Shift']);
/** Most keys that are remembered as held. */
const MOST_HELD = 256;

export interface TypingOptions {
  readonly display: Pick<DisplayKeys, 'press' | 'release' | 'type'>;
  readonly order: Pick<Order, 'shortcut' | 'ready' | 'page'>;
  readonly pages: Pick<Pages, 'insert'>;
  /** False once the viewer may not go on, such as after somebody took the controls. */
  readonly isAllowed: () => boolean;
}

export class Typing {
  readonly #options: TypingOptions;
  /** Keycodes of the keys that are down, by the name of the viewer's key. */
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
   * Types a text that an input method or a soft keyboard has made. A page gets what the keyboard does not have in one
   * piece: a character of several code points may join with its neighbours if it comes in parts.
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

  /** Lets go of all keys. */
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
 * Returns the keysym of a key of a shortcut. Caps Lock changes letters and not shortcuts, so only Shift makes a capital. And
 * as in every browser, Ctrl with the key of a Russian ф is Ctrl+A: the key's place counts where its sign is not ASCII.
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
