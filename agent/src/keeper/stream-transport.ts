/**
 * A unix socket as the transport of a leg (a connection of the protocol). Each message is preceded by its
 * length as a big-endian 32-bit number.
 */
import type { Socket } from 'node:net';
import { type Leg, MAX_MESSAGE, type Transport } from '@unicore/protocol';

const HEADER_BYTES = 4;

export class StreamTransport implements Transport {
  readonly #socket: Socket;
  #partial: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  get buffered(): number {
    return this.#socket.writableLength;
  }

  /** From now on, delivers all received messages to this leg (a connection of the protocol). */
  attach(leg: Leg): void {
    this.#socket.on('data', (bytes: Buffer) => this.#received(bytes, leg));
    this.#socket.on('drain', () => leg.drained());
    // Without a listener, an 'error' event would end the process. The 'close' event follows and is handled.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => leg.socketClosed(1006, ''));
  }

  send(message: Uint8Array, done?: () => void): void {
    if (!this.#socket.writable) return;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(message.length);
    this.#socket.cork();
    this.#socket.write(header);
    this.#socket.write(message, done);
    this.#socket.uncork();
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  /** A stream has no close frame. So the peer sees that the stream ended, but gets no code and no reason. */
  close(): void {
    this.#socket.end();
  }

  #received(bytes: Buffer, leg: Leg): void {
    const all = this.#partial.length === 0 ? bytes : Buffer.concat([this.#partial, bytes]);
    let at = 0;
    while (all.length - at >= HEADER_BYTES) {
      const length = all.readUInt32BE(at);
      if (length > MAX_MESSAGE) return leg.close('MESSAGE_TOO_BIG', `a message of ${length} bytes`);
      const end = at + HEADER_BYTES + length;
      if (end > all.length) break;
      leg.receive(all.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    this.#partial = all.subarray(at);
  }
}
