/**
 * Types on a desktop: turns keys and texts into messages, and remembers which keys are down. Modifier keys can be
 * sticky: such a key stays down until the next key is typed, as on the soft keyboards of phones.
 */
import { type Accessor, createSignal } from 'solid-js';
import { type KeyLike, keyMessage, keysymOf, textMessages } from '../../../sdk/index.ts';
import { asOnLinux } from './platform-keys.ts';
import { ENTER, HELD_KEYS, type SpecialKey } from './special-keys.ts';

const MODIFIERS = new Set(['Alt', 'Control', 'Meta', 'Shift']);
/** Matches the codes of modifier keys on the left side, such as ControlLeft. */
const LEFT_MODIFIER = /^(?!Arrow).+Left$/;

export interface TypistOptions {
  /** Returns false while the viewer only watches. */
  isAllowed(): boolean;
  send(message: Uint8Array<ArrayBuffer>): void;
  isMac: boolean;
}

export class Typist {
  /** The modifier keys that are sticky now. */
  readonly sticky: Accessor<readonly SpecialKey[]>;
  readonly #setSticky: (keys: readonly SpecialKey[]) => void;
  readonly #options: TypistOptions;
  /** The keys that are down, by their place on the keyboard (KeyboardEvent.code). */
  readonly #down = new Map<string, KeyLike>();

  constructor(options: TypistOptions) {
    this.#options = options;
    const [sticky, setSticky] = createSignal<readonly SpecialKey[]>([]);
    this.sticky = sticky;
    this.#setSticky = setSticky;
  }

  /**
   * Handles an event of the keyboard. Returns false if the desktop does not need the event. Then the page may use
   * it.
   */
  key(event: KeyLike): boolean {
    if (!this.#options.isAllowed()) return false;
    const key = this.#options.isMac ? asOnLinux(event) : event;
    // On Windows, AltGr also presses the left Control key, so that key is released.
    if (key.key === 'AltGraph') this.#up('ControlLeft');
    if (key.type === 'keyup') return this.#released(key);
    return this.#press(key);
  }

  /** Types a text that does not come from a single key. */
  text(text: string): void {
    if (!this.#options.isAllowed() || text === '') return;
    const [character = '', more] = text;
    if (text === '\n') return this.strike(ENTER);
    if (more === undefined && this.sticky().length > 0) {
      return this.strike({ label: character, key: character, code: codeOf(character) });
    }
    for (const message of textMessages(text)) this.#options.send(message);
  }

  /** Presses a key and releases it. */
  strike(key: SpecialKey): void {
    if (!this.#options.isAllowed()) return;
    this.#press(this.#like(key));
    this.#up(key.code || key.key);
  }

  /** Makes a modifier key sticky and presses it. If it is sticky already, releases it. */
  toggle(key: SpecialKey): void {
    if (!this.#options.isAllowed()) return;
    const others = this.sticky().filter((other) => other !== key);
    if (others.length < this.sticky().length) {
      this.#setSticky(others);
      this.#up(key.code);
    } else {
      this.#press(this.#like(key));
      this.#setSticky([...others, key]);
    }
  }

  /** Releases all keys. */
  release(): void {
    this.#setSticky([]);
    for (const id of [...this.#down.keys()]) this.#up(id);
  }

  #press(event: KeyLike): boolean {
    const { key, location } = event;
    const isCharacter = [...key].length === 1;
    if (!isCharacter && keysymOf(key, location) === 0) return false;
    const like = this.#withSticky(event);
    const message = keyMessage(like);
    if (message === undefined) return false;
    const unheard = this.#unheard(like);
    for (const modifier of unheard) this.#press(this.#like(modifier));
    this.#options.send(message);
    this.#down.set(event.code || key, like);
    for (const { code } of unheard) this.#up(code);
    if (!MODIFIERS.has(key)) this.#unstick();
    return true;
  }

  /**
   * Returns the modifier keys of a shortcut that the desktop does not know to be down, because they were pressed
   * while something else had the focus, such as a menu.
   */
  #unheard(event: KeyLike): SpecialKey[] {
    const isShortcut = event.ctrlKey || event.altKey || event.metaKey;
    if (!isShortcut || MODIFIERS.has(event.key) || event.getModifierState('AltGraph')) return [];
    const isDown = (name: string): boolean => [...this.#down.values()].some(({ key }) => key === name);
    const flags = [event.ctrlKey, event.altKey, event.shiftKey, event.metaKey];
    return HELD_KEYS.filter(({ key }, i) => flags[i] && !isDown(key));
  }

  #released(event: KeyLike): boolean {
    this.#up(event.code || event.key);
    // A Mac does not report released keys while Command is down, so they are released together with Command.
    if (this.#options.isMac && event.key === 'Control') {
      for (const [id, { key }] of [...this.#down]) if (!MODIFIERS.has(key)) this.#up(id);
    }
    return true;
  }

  #up(id: string): void {
    const key = this.#down.get(id);
    if (key === undefined) return;
    this.#down.delete(id);
    const message = keyMessage({ ...key, type: 'keyup', repeat: false });
    if (message) this.#options.send(message);
  }

  #unstick(): void {
    for (const { code } of this.sticky()) this.#up(code);
    this.#setSticky([]);
  }

  #like({ key, code }: SpecialKey): KeyLike {
    return {
      ...{
        type: 'keydown',
        key,
        code,
        location: LEFT_MODIFIER.test(code) ? 1 : 0,
        repeat: false,
        isComposing: false,
      },
      ...{ ctrlKey: false, altKey: false, metaKey: false, shiftKey: false },
      getModifierState: () => false,
    };
  }

  /** Copies each field, because the fields of an event are lost in a copy by `...`. */
  #withSticky(event: KeyLike): KeyLike {
    const sticks = (name: string): boolean => this.sticky().some(({ key }) => key === name);
    return {
      ...{ type: event.type, key: event.key, code: event.code, location: event.location },
      ...{ repeat: event.repeat, isComposing: event.isComposing },
      ...(event.keyCode !== undefined && { keyCode: event.keyCode }),
      ctrlKey: event.ctrlKey || sticks('Control'),
      altKey: event.altKey || sticks('Alt'),
      metaKey: event.metaKey || sticks('Meta'),
      shiftKey: event.shiftKey || sticks('Shift'),
      getModifierState: (name) => event.getModifierState(name),
    };
  }
}

/** Returns the code of a letter's key, as on most keyboards. */
function codeOf(character: string): string {
  return /^[a-z]$/i.test(character) ? `Key${character.toUpperCase()}` : '';
}
