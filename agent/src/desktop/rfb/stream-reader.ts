/** Reads exact numbers of bytes from a stream. */
import type { Readable } from 'node:stream';
import { UniCoreError } from '@unicore/protocol';

export class StreamReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Returns the next `count` bytes. The caller limits `count`, because memory for them is allocated at once. */
  async read(count: number): Promise<Buffer> {
    if (this.#chunk.length >= count) return this.#use(count);
    const bytes = Buffer.alloc(count);
    await this.fill(bytes);
    return bytes;
  }

  /** Fills `target` with the next bytes. */
  async fill(target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.length; ) {
      await this.#next();
      const bytes = this.#use(Math.min(this.#chunk.length, target.length - at));
      target.set(bytes, at);
      at += bytes.length;
    }
  }

  /** Skips `count` bytes without keeping them. */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      await this.#next();
      left -= this.#use(Math.min(this.#chunk.length, left)).length;
    }
  }

  #use(count: number): Buffer {
    const bytes = this.#chunk.subarray(0, count);
    this.#chunk = this.#chunk.subarray(count);
    return bytes;
  }

  /** Waits until there is at least one byte. */
  async #next(): Promise<void> {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#chunks.next().catch(connectionLost);
      if (done) connectionLost();
      this.#chunk = value;
    }
  }
}

function connectionLost(cause?: unknown): never {
  throw new UniCoreError('GOING_AWAY', 'The connection to the VNC server has ended. Connect again.', {
    cause,
  });
}
