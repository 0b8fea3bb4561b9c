/** Sends a file on a channel of kind blob, as fast as the consumer reads it. */
import { close, read } from 'node:fs';
import { promisify } from 'node:util';
import { type AcceptedChannel, type ChannelHandler, Outbox, UniCoreError } from '@unicore/protocol';
import { failure } from './failure.ts';
import type { OpenFile } from './folder.ts';

/** Number of bytes that are read at a time. The next piece is read while this one waits to be sent. */
const PIECE = 64 * 1024;
const readAt = promisify(read);

export interface DownloadOptions {
  file: OpenFile;
  /** Called once, when the channel has ended. */
  gone(): void;
}

export class Download {
  readonly handler: ChannelHandler;
  readonly #options: DownloadOptions;
  readonly #outbox = new Outbox();
  #channel: AcceptedChannel | undefined;
  #at = 0;
  #over = false;
  #reading: Promise<void> | undefined;

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.handler = {
      data: () => this.#channel?.reset('BAD_REQUEST', 'A download takes no bytes.'),
      pull: (max) => {
        const bytes = this.#outbox.pull(max);
        this.#read();
        return bytes;
      },
      closed: () => this.#close(),
    };
  }

  bind(channel: AcceptedChannel): void {
    this.#channel = channel;
    if (this.#options.file.size === 0) channel.end();
    else this.#read();
  }

  #read(): void {
    const { size, name } = this.#options.file;
    if (this.#over || this.#reading || this.#at === size || this.#outbox.size >= PIECE) return;
    this.#reading = this.#readPiece().then(
      () => {
        this.#reading = undefined;
        if (this.#at === size) this.#channel?.end();
        else this.#read();
        this.#channel?.wake();
      },
      (error: unknown) => {
        const { code, message } = failure(error, name);
        this.#channel?.reset(code, message);
      },
    );
  }

  async #readPiece(): Promise<void> {
    const { fd, size, name } = this.#options.file;
    const piece = new Uint8Array(Math.min(PIECE, size - this.#at));
    const { bytesRead } = await readAt(fd, piece, 0, piece.length, this.#at);
    if (bytesRead === 0) {
      throw new UniCoreError('CONFLICT', `${name} became shorter while it was read. Try again.`);
    }
    this.#at += bytesRead;
    this.#outbox.push(piece.subarray(0, bytesRead));
  }

  #close(): void {
    this.#over = true;
    // Closes the file after the last read. If it closed earlier, its number could be given to another file, and
    // the read would get that file's bytes.
    const end = () => close(this.#options.file.fd);
    void (this.#reading ?? Promise.resolve()).then(end);
    this.#options.gone();
  }
}
