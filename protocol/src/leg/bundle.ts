/** Collects frames that leave together as one WebSocket message. */
import { MAX_MESSAGE } from '../wire/index.ts';

export class Bundle {
  readonly #frames: Uint8Array[] = [];
  size = 0;

  get room(): number {
    return MAX_MESSAGE - this.size;
  }

  /** True if the message has exactly one frame, whose bytes need not be copied. */
  get single(): boolean {
    return this.#frames.length === 1;
  }

  add(frame: Uint8Array): boolean {
    if (frame.length > this.room) return false;
    this.#frames.push(frame);
    this.size += frame.length;
    return true;
  }

  /**
   * Returns all frames as one message; undefined if there are none. copied: called for each frame whose bytes were
   * copied, so that its memory is free.
   */
  whole(copied: (frame: Uint8Array) => void): Uint8Array | undefined {
    if (this.#frames.length <= 1) return this.#frames[0];
    const whole = new Uint8Array(this.size);
    let at = 0;
    for (const frame of this.#frames) {
      whole.set(frame, at);
      at += frame.length;
      copied(frame);
    }
    return whole;
  }
}
