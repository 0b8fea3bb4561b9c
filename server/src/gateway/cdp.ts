/**
 * Raw CDP sockets: one text message is one CDP message. In the channel a message is UTF-8 that ends with a
 * NUL byte, as in Chromium's own pipe.
 */
import { UniCoreError } from '@unicore/protocol';
import type { Fragment, Framing } from './framing.ts';

/** Maximum size of one CDP message, in bytes. */
export const MAX_CDP_MESSAGE = 16 * 1024 * 1024;
/**
 * Minimum size of a fragment, in bytes, unless it is a message's last. Clients that use the ws library accept
 * at most 16,384 fragments per message.
 */
const MIN_FRAGMENT = 4 * 1024;
const NUL = Uint8Array.of(0);

export class CdpFraming implements Framing {
  /** Bytes of the current message that wait until they are enough for a fragment. */
  #held: Uint8Array[] = [];
  #heldSize = 0;
  /** Size of the current message so far, in bytes. */
  #size = 0;

  toChannel(message: Uint8Array, isBinary: boolean): readonly Uint8Array[] {
    if (isBinary)
      throw new UniCoreError('BAD_REQUEST', 'CDP is text, and this message is binary. Send text.');
    if (message.includes(0)) {
      throw new UniCoreError('BAD_REQUEST', 'The message has a NUL character, which is not allowed in JSON.');
    }
    return [message, NUL];
  }

  toClient(bytes: Uint8Array): readonly Fragment[] {
    const fragments: Fragment[] = [];
    let start = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      this.#hold(bytes.subarray(start, end));
      fragments.push(this.#fragment(true));
      start = end + 1;
    }
    if (start < bytes.length) this.#hold(bytes.subarray(start));
    if (this.#heldSize >= MIN_FRAGMENT) fragments.push(this.#fragment(false));
    return fragments;
  }

  #hold(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > MAX_CDP_MESSAGE) {
      throw new UniCoreError('TOO_LARGE', 'The browser sent a CDP message of more than 16 MiB.');
    }
    this.#held.push(bytes);
    this.#heldSize += bytes.length;
  }

  #fragment(fin: boolean): Fragment {
    const payload = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldSize = 0;
    if (fin) this.#size = 0;
    return { payload, bytes: payload.length + (fin ? NUL.length : 0), binary: false, fin };
  }
}
