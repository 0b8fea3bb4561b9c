/**
 * Counts what it costs to transfer recorded terminal output: messages, and bytes read from the TCP socket.
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';

export interface Received {
  /** Bytes read from the TCP socket. Frame and message headers count, but the HTTP handshake does not. */
  wire: number;
  messages: number;
  /** SHA-256 of the received terminal output. */
  digest: string;
}

export type ReceiverCalls = {
  /** Receives the recorded terminal output with this index. `bytes` is its size. */
  receive(index: number, bytes: number): Promise<Received>;
};

export class Receiver {
  readonly #hash = createHash('sha256');
  readonly #bytes: number;
  readonly #done = Promise.withResolvers<string>();
  #left: number;
  #socket: Socket | undefined;
  #before = 0;
  messages = 0;

  /** bytes: the size of the recorded terminal output. */
  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#left = bytes;
  }

  /** Starts to count the bytes that are read from this socket. Called after the HTTP handshake. */
  watch(socket: Socket): void {
    this.#socket = socket;
    this.#before = socket.bytesRead;
  }

  take(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#left -= bytes.length;
    if (this.#left === 0) this.#done.resolve(this.#hash.digest('hex'));
    if (this.#left < 0) this.#done.reject(new Error(`more than ${this.#bytes} bytes came`));
  }

  async received(): Promise<Received> {
    const digest = await this.#done.promise;
    return { wire: this.#socket!.bytesRead - this.#before, messages: this.messages, digest };
  }
}
