/**
 * A queue of bytes from a program to a channel. The program is told when the channel has taken its bytes, so it can
 * pause for a slow reader.
 */
import { Outbox } from '@unicore/protocol';

export class SendQueue {
  readonly #outbox = new Outbox();
  /** For each push: the position after its bytes, and the function to call when the channel has taken them. */
  readonly #waiting: { end: number; taken: () => void }[] = [];
  #pushed = 0;
  #taken = 0;

  /** Number of bytes in the queue. */
  get size(): number {
    return this.#outbox.size;
  }

  push(bytes: Uint8Array, taken: () => void = () => undefined): void {
    this.#outbox.push(bytes);
    this.#pushed += bytes.length;
    this.#waiting.push({ end: this.#pushed, taken });
  }

  pull(max: number): Uint8Array | undefined {
    const bytes = this.#outbox.pull(max);
    this.#taken += bytes?.length ?? 0;
    while (this.#waiting[0] !== undefined && this.#waiting[0].end <= this.#taken) {
      this.#waiting.shift()?.taken();
    }
    return bytes;
  }
}
