/**
 * A unix socket, or another stream of bytes in both directions, as the transport of a leg (a connection of the
 * protocol). Each message is preceded by its length as a big-endian 32-bit number.
 */
import type { Duplex } from 'node:stream';
import { type Leg, MAX_MESSAGE, type Transport } from '@unicore/protocol';

const HEADER_BYTES = 4;

export class StreamTransport implements Transport {
  readonly #stream: Duplex;
  #partial: Buffer = Buffer.alloc(0);

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  get buffered(): number {
    return this.#stream.writableLength;
  }

  /** From now on, delivers all received messages to this leg (a connection of the protocol). */
  attach(leg: Leg): void {
    this.#stream.on('data', (bytes: Buffer) => this.#received(bytes, leg));
    this.#stream.on('drain', () => leg.drained());
    // A stream whose other direction is still open would not close by itself.
    this.#stream.on('end', () => this.#stream.destroy());
    // Without a listener, an 'error' event would end the process. The 'close' event follows and is handled.
    this.#stream.on('error', () => undefined);
    this.#stream.on('close', () => leg.socketClosed(1006, ''));
  }

  send(message: Uint8Array, done?: () => void): void {
    if (!this.#stream.writable) return;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(message.length);
    this.#stream.cork();
    this.#stream.write(header);
    this.#stream.write(message, done);
    this.#stream.uncork();
  }

  cork(): void {
    this.#stream.cork();
  }

  uncork(): void {
    this.#stream.uncork();
  }

  /**
   * A stream has no close frame. So the peer sees that the stream ended, but gets no code and no reason. The
   * stream is destroyed after its last byte. Otherwise a peer that hangs would keep it open.
   */
  close(): void {
    this.#stream.end(() => this.#stream.destroy());
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
