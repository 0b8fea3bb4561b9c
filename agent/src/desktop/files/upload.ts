/**
 * Writes the bytes that a consumer sends on a channel of kind blob to a new file. If the upload fails, the file
 * is deleted.
 */
import { type AcceptedChannel, type ChannelHandler, type ErrorCode, UniCoreError } from '@unicore/protocol';
import { failure } from './failure.ts';
import type { NewFile } from './new-file.ts';

export interface UploadOptions {
  file: NewFile;
  /** The size that the consumer has announced, in bytes. */
  size: number;
  /** Called once, when the channel has ended. */
  gone(): void;
}

export class Upload {
  readonly handler: ChannelHandler;
  readonly #options: UploadOptions;
  #channel: AcceptedChannel | undefined;
  #received = 0;
  #over = false;
  /**
   * Resolves when all bytes so far are written. The bytes that wait for it are at most the channel's window,
   * because only written bytes give new credit.
   */
  #written: Promise<void> = Promise.resolve();

  constructor(options: UploadOptions) {
    this.#options = options;
    this.handler = {
      data: (bytes) => this.#write(bytes),
      ended: (code) => this.#ended(code),
      closed: () => this.#close(),
    };
  }

  bind(channel: AcceptedChannel): void {
    this.#channel = channel;
  }

  #write(bytes: Uint8Array): void {
    const { file, size } = this.#options;
    this.#received += bytes.length;
    if (this.#received > size) {
      return this.#fail(
        new UniCoreError('TOO_LARGE', `${file.name} has more than the ${size} bytes announced.`),
      );
    }
    this.#then(async () => {
      await file.append(bytes);
      this.#channel?.consumed(bytes.length);
    });
  }

  #ended(code: ErrorCode): void {
    const { file, size } = this.#options;
    this.#then(async () => {
      if (code !== 'OK' || this.#received < size) {
        throw new UniCoreError('BAD_REQUEST', `${file.name} ended after ${this.#received} of ${size} bytes.`);
      }
      this.#channel?.end('OK', await file.keep());
    });
  }

  #then(work: () => Promise<void>): void {
    this.#written = this.#written
      .then(() => (this.#over ? undefined : work()))
      .catch((error: unknown) => this.#fail(failure(error, this.#options.file.name)));
  }

  #fail({ code, message }: UniCoreError): void {
    this.#channel?.reset(code, message);
  }

  #close(): void {
    this.#over = true;
    void this.#written.then(() => this.#options.file.discard());
    this.#options.gone();
  }
}
