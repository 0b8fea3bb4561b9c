/** Keeps the connection to the X display open. It is opened when it is first needed, and again after a restart. */
import type { Clock } from '@unicore/protocol';
import type { DisplayPlace } from './x-connection.ts';
import { XDisplay } from './x-display.ts';

export class DisplayKeys {
  readonly #place: () => DisplayPlace | undefined;
  readonly #clock: Clock;
  #display: Promise<XDisplay> | undefined;

  constructor(place: () => DisplayPlace | undefined, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
  }

  /** Resolves with true when the browser has handled all input that the X server had for it. */
  handled(): Promise<boolean> {
    return this.#use((display) => display.handled());
  }

  /** Types a character that no key has. Resolves with true when the browser has handled it. */
  typeSpare(keysym: number): Promise<boolean> {
    return this.#use((display) => display.typeSpare(keysym));
  }

  async #use(work: (display: XDisplay) => Promise<boolean>): Promise<boolean> {
    const place = this.#place();
    if (place === undefined) return false;
    const open = this.#display ?? XDisplay.open(place, this.#clock, () => this.#lost(open));
    this.#display = open;
    try {
      return await work(await open);
    } catch {
      // The display is gone, and with it everything that waited for it.
      this.#lost(open);
      return false;
    }
  }

  #lost(display: Promise<XDisplay>): void {
    if (this.#display === display) this.#display = undefined;
  }
}
