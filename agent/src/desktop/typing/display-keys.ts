/**
 * The keyboard of the desktop's X display, which all viewers share. The connection to the display is opened at the
 * first use, and again after the display was restarted.
 */
import type { Clock } from '@unicore/protocol';
import { Keyboard } from './keyboard.ts';
import type { DisplayPlace } from './x-connection.ts';
import { XDisplay } from './x-display.ts';

export class DisplayKeys {
  readonly #place: () => DisplayPlace | undefined;
  readonly #clock: Clock;
  #keyboard: Promise<Keyboard> | undefined;
  /** The input that is being typed. Only one viewer types at a time, because all share the keyboard's spare keys. */
  #current: Promise<unknown> = Promise.resolve();

  constructor(place: () => DisplayPlace | undefined, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
  }

  /** See {@link Keyboard.press}. Resolves with undefined while there is no display. */
  press(keysym: number, isText: boolean): Promise<number | undefined> {
    return this.#use((keyboard) => keyboard.press(keysym, isText));
  }

  /** Presses a key and releases it. */
  async strike(keysym: number): Promise<void> {
    const keycode = await this.press(keysym, false);
    if (keycode !== undefined) await this.release(keycode);
  }

  async release(keycode: number): Promise<void> {
    await this.#use((keyboard) => keyboard.release(keycode));
  }

  /** See {@link Keyboard.type}. */
  async type(text: string, isAllowed: () => boolean): Promise<void> {
    await this.#use((keyboard) => keyboard.type(text, isAllowed));
  }

  /** Resolves when the browser has handled all input that the X server had received, or when there is no display. */
  async handled(): Promise<void> {
    await this.#use((keyboard) => keyboard.handled());
  }

  /** Resolves when the window manager has handled this many clicks that the X server had received. */
  async clicked(count: number): Promise<void> {
    await this.#use((keyboard) => keyboard.clicked(count));
  }

  #use<T>(work: (keyboard: Keyboard) => Promise<T>): Promise<T | undefined> {
    const done = this.#current.then(() => this.#onKeyboard(work));
    this.#current = done;
    return done;
  }

  async #onKeyboard<T>(work: (keyboard: Keyboard) => Promise<T>): Promise<T | undefined> {
    const place = this.#place();
    if (place === undefined) return undefined;
    const open = this.#keyboard ?? this.#open(place);
    this.#keyboard = open;
    try {
      return await work(await open);
    } catch {
      // The display has exited. Input that was typed and not handled is lost.
      this.#lost(open);
      return undefined;
    }
  }

  async #open(place: DisplayPlace): Promise<Keyboard> {
    const display = await XDisplay.open(place, this.#clock, () => {
      this.#keyboard = undefined;
    });
    return Keyboard.open(display);
  }

  #lost(keyboard: Promise<Keyboard>): void {
    if (this.#keyboard === keyboard) this.#keyboard = undefined;
  }
}
