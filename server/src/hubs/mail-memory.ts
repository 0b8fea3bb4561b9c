/**
 * Memory for mail, used again once the backplane took it. Mail waits for an answer, so fresh memory for each would outlive the
 * young part of the heap, and a flood of it would have the whole heap collected all the time.
 */

/** Room for what one turn of the event loop sends, mostly: what a sender hands out before it waits, and one message more. */
const SIZE = 160 * 1024;
/** As much as may be under way on one leg. */
const MOST_FREE = 16;

export class MailMemory {
  readonly #free: ArrayBuffer[] = [];

  take(size: number): Buffer {
    if (size > SIZE) return Buffer.allocUnsafe(size);
    return Buffer.from(this.#free.pop() ?? new ArrayBuffer(SIZE), 0, size);
  }

  /** Nobody reads these bytes any more. */
  giveBack(mail: Buffer): void {
    const { buffer } = mail;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === SIZE && this.#free.length < MOST_FREE) {
      this.#free.push(buffer);
    }
  }
}
