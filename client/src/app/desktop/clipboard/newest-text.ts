/**
 * Tells whether the text of this device is newer than the one in the desktop's clipboard. The page sees the text of this
 * device only when it looks, and hears of a text that was copied in the desktop some time later. So a text of this
 * device that the page has not seen before may be older than a copy in the desktop that is still under way.
 */

export class NewestText {
  /** The text of this device when it was last looked at. */
  #known: string | undefined;
  /** Where the text in the desktop's clipboard comes from. */
  #source: 'unknown' | 'device' | 'desktop' = 'unknown';
  /** True if this device may lack the last text that was copied in the desktop. */
  #isBehind = false;
  /** Texts of the desktop that are being written to this device's clipboard. */
  #writing = 0;
  /** Counts those texts, because only the last one is the newest. */
  #writes = 0;

  /** True if the text in the desktop's clipboard was copied there. */
  get isFromDesktop(): boolean {
    return this.#source === 'desktop';
  }

  /** True if this text of this device is surely newer than what the desktop has. */
  isNew(text: string): boolean {
    return text !== this.#known && !this.#isBehind && this.#writing === 0;
  }

  /** The desktop gets the text of this device. */
  gives(text: string): void {
    this.#known = text;
    this.#source = 'device';
  }

  /** Something is copied in the desktop. */
  copies(): void {
    this.#source = 'desktop';
    this.#isBehind = true;
  }

  /** A text of the desktop is written to this device's clipboard. Settles as `written` does. */
  async writes(text: string, written: Promise<void>): Promise<void> {
    const mine = ++this.#writes;
    this.#writing += 1;
    try {
      await written;
      this.#known = text;
      if (mine === this.#writes) this.#isBehind = false;
    } finally {
      this.#writing -= 1;
    }
  }

  /** The user was elsewhere, and may have copied something there. */
  returned(): void {
    this.#isBehind = false;
  }

  /** The connection is another one. With the last one, the desktop has lost what this device gave. */
  reconnected(): void {
    if (this.#source === 'device') this.forget();
  }

  /** Whatever this device has counts as new. */
  forget(): void {
    this.#known = undefined;
    this.#source = 'unknown';
    this.#isBehind = false;
  }
}
