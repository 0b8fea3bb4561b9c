/**
 * Reusable buffers for messages between hubs through Redis (mail). A buffer is in use until Redis has
 * accepted the message. A new buffer for each message would live long enough to enter the old generation of
 * the heap, and bulk output would keep the garbage collector busy.
 */

/**
 * Size of a buffer, bytes. One event-loop turn usually sends no more than this: a full batch and one more
 * message.
 */
const SIZE = 160 * 1024;
/**
 * Maximum number of free buffers that are kept for reuse. One connection between hubs may use this many
 * buffers at the same time.
 */
const MOST_FREE = 16;

export class MailMemory {
  readonly #free: ArrayBuffer[] = [];

  take(size: number): Buffer {
    if (size > SIZE) return Buffer.allocUnsafe(size);
    return Buffer.from(this.#free.pop() ?? new ArrayBuffer(SIZE), 0, size);
  }

  /** Takes back a buffer that is no longer read, so that it can be reused. */
  giveBack(mail: Buffer): void {
    const { buffer } = mail;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === SIZE && this.#free.length < MOST_FREE) {
      this.#free.push(buffer);
    }
  }
}
