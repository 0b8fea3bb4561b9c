/** Collects frames that are sent together as one WebSocket message. */
import { MAX_MESSAGE } from '../wire/index.ts';

export class Bundle {
  readonly #frames: Uint8Array[] = [];
  size = 0;

  get room(): number {
    return MAX_MESSAGE - this.size;
  }

  /** True if the message has exactly one frame, so that no bytes need to be copied. */
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
   * Returns all frames as one message, or undefined if there are none. Calls `copied` for each frame whose
   * bytes were copied, because the frame's memory can then be reused.
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
