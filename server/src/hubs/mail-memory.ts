/**
 * Reusable buffers for hub-to-hub messages through Redis (mail). A buffer is in use until Redis has accepted it. New
 * buffers would survive that long into the old generation of the heap, and a flood would keep the garbage collector
 * busy.
 */

/** Size of a buffer: usually enough for what one event-loop turn sends, which is a full batch and one more message. */
const SIZE = 160 * 1024;
/** Most free buffers that are kept: as many as one leg can have in flight. */
const MOST_FREE = 16;

export class MailMemory {
  readonly #free: ArrayBuffer[] = [];

  take(size: number): Buffer {
    if (size > SIZE) return Buffer.allocUnsafe(size);
    return Buffer.from(this.#free.pop() ?? new ArrayBuffer(SIZE), 0, size);
  }

  /** Returns a buffer that is no longer read. */
  giveBack(mail: Buffer): void {
    const { buffer } = mail;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === SIZE && this.#free.length < MOST_FREE) {
      this.#free.push(buffer);
    }
  }
}
