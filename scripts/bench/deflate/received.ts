/** Counts what a recording costs on its way: bytes of the TCP socket, and messages. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';

export interface Received {
  /** Read from the TCP socket: headers of frames and messages included, the HTTP handshake not. */
  wire: number;
  messages: number;
  /** SHA-256 of the bytes that came out. */
  digest: string;
}

export type ReceiverCalls = {
  /** Plays this recording from its begin to its end. */
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

  /** bytes: how many there will be. */
  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#left = bytes;
  }

  /** Called when the handshake is over. */
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
