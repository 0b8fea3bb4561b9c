/**
 * The standard input and output of a Docker exec as one stream. The engine puts a header of 8 bytes before each
 * piece of output: byte 0 tells standard output (1) from standard error (2), bytes 4 to 7 are the length. Standard
 * error is dropped.
 */
import { Duplex } from 'node:stream';

const HEADER_BYTES = 8;
const STDOUT = 1;

export class ExecStream extends Duplex {
  readonly #raw: Duplex;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  /** Number of bytes of the header that have arrived. */
  #filled = 0;
  /** Bytes of the current piece that have not arrived. */
  #left = 0;

  constructor(raw: Duplex) {
    super();
    this.#raw = raw;
    raw.on('data', (bytes: Buffer) => this.#received(bytes));
    raw.on('end', () => this.push(null));
    raw.on('error', (error) => this.destroy(error));
    raw.on('close', () => this.destroy());
    raw.pause();
  }

  override _read(): void {
    this.#raw.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#raw.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#raw.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#raw.destroy();
    done(error);
  }

  #received(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) {
      rest = this.#left > 0 ? this.#takePiece(rest) : this.#takeHeader(rest);
    }
  }

  #takeHeader(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, HEADER_BYTES - this.#filled);
    this.#header.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled === HEADER_BYTES) {
      this.#filled = 0;
      this.#left = this.#header.readUInt32BE(4);
    }
    return bytes.subarray(part.length);
  }

  #takePiece(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    if (this.#header[0] === STDOUT && !this.push(part)) this.#raw.pause();
    return bytes.subarray(part.length);
  }
}
