/**
 * Writes bytes to a non-blocking file descriptor, in order. Calls a callback when each piece of bytes is
 * written.
 */
import { writeSync } from 'node:fs';

/**
 * Pause before a write is retried, in ms. While a program does not read, its terminal's input queue is full.
 * No event says when the queue has space again.
 */
const RETRY_MS = 10;

interface Piece {
  bytes: Uint8Array;
  done: () => void;
}

export class FdWriter {
  readonly #fd: number;
  #queue: Piece[] = [];
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * fd: a file descriptor opened with O_NONBLOCK. A Node stream on such a descriptor would busy-wait and
   * block the whole process until the program reads.
   */
  constructor(fd: number) {
    this.#fd = fd;
  }

  write(bytes: Uint8Array, done: () => void): void {
    if (this.#closed) return done();
    this.#queue.push({ bytes, done });
    if (this.#queue.length === 1) this.#flush();
  }

  /** Drops all bytes that are not written yet. The file descriptor stays open. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    const left = this.#queue;
    this.#queue = [];
    for (const { done } of left) done();
  }

  #flush(): void {
    this.#retry = undefined;
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      const written = this.#try(first.bytes);
      if (written === undefined) return;
      if (written < first.bytes.length) {
        first.bytes = first.bytes.subarray(written);
        continue;
      }
      this.#queue.shift();
      first.done();
    }
  }

  /** Returns the number of bytes written, or undefined if nothing can be written now. */
  #try(bytes: Uint8Array): number | undefined {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') {
        this.#retry = setTimeout(() => this.#flush(), RETRY_MS);
      } else {
        this.close();
      }
      return undefined;
    }
  }
}
