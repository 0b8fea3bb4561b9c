/**
 * Text messages in a byte stream, as CDP has them: each is UTF-8 and ends with a NUL byte. Bytes may be cut
 * anywhere, also inside of a character.
 */
import { UniCoreError } from '@unicore/protocol';

/** Largest size of one message, in bytes. */
export const MAX_TEXT_MESSAGE = 16 * 1024 * 1024;

export class TextMessages {
  // Without ignoreBOM, a byte order mark at the start of a message would be lost.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The pieces of the message that has not ended yet. */
  #pieces: string[] = [];
  #size = 0;

  /** Returns the messages that end within the next bytes of the stream. Throws TOO_LARGE. */
  push(bytes: Uint8Array): string[] {
    const messages: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      this.#take(bytes.subarray(start, end), false);
      messages.push(this.#pieces.join(''));
      this.#pieces = [];
      this.#size = 0;
      start = end + 1;
    }
    if (start < bytes.length) this.#take(bytes.subarray(start), true);
    return messages;
  }

  #take(bytes: Uint8Array, stream: boolean): void {
    this.#size += bytes.length;
    checkSize(this.#size);
    this.#pieces.push(this.#decoder.decode(bytes, { stream }));
  }
}

/**
 * Returns the bytes of one message, its end included. Throws TOO_LARGE, and BAD_REQUEST for text with a NUL.
 */
export function encodeText(text: string): Uint8Array {
  if (text.includes('\0')) {
    throw new UniCoreError('BAD_REQUEST', 'A message must not have a NUL character, which ends messages.');
  }
  const bytes = new TextEncoder().encode(`${text}\0`);
  checkSize(bytes.length - 1);
  return bytes;
}

function checkSize(bytes: number): void {
  if (bytes > MAX_TEXT_MESSAGE) throw new UniCoreError('TOO_LARGE', 'A message has at most 16 MiB.');
}
