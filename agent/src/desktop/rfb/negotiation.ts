/**
 * What viewer and server of one connection have agreed on. Both directions of the interposer share it, because
 * the lengths of messages in one direction depend on what was said in the other.
 */
import { UniCoreError } from '@unicore/protocol';
import { Encoding } from './encodings.ts';
import { type PixelLayout, sameLayout } from './pixel-format.ts';

/** Largest number of pixel formats that the viewer may set before the server has confirmed the first of them. */
const MAX_UNCONFIRMED = 32;

export class Negotiation {
  /** The minor version of RFB that the viewer chose; undefined until it did. */
  version: 3 | 7 | 8 | undefined;
  /** True once the server has confirmed that pointer messages may have a byte more. */
  serverHasExtendedButtons = false;
  /**
   * Number of requests for updates that may be unanswered. A server may answer several at once, so this is never
   * too low.
   */
  #unanswered = 0;
  /** True once the viewer has asked for updates without further requests. */
  #isContinuous = false;
  #encodings = new Set<number>();
  /** The format of pixels at the current place in the server's stream. */
  #layout: PixelLayout | undefined;
  /** Formats that the server has not yet confirmed, in order. */
  readonly #unconfirmed: PixelLayout[] = [];

  /** Sets what the viewer listed in SetEncodings, as it was sent to the server. */
  setEncodings(encodings: Iterable<number>): void {
    this.#encodings = new Set(encodings);
  }

  listed(encoding: number): boolean {
    return this.#encodings.has(encoding);
  }

  /** True if a pointer message whose mask has the highest bit is one byte longer. */
  get hasExtendedButtons(): boolean {
    return this.serverHasExtendedButtons && this.listed(Encoding.extendedMouseButtons);
  }

  get layout(): PixelLayout {
    if (this.#layout !== undefined) return this.#layout;
    throw new UniCoreError('PROTOCOL_ERROR', 'The server sent an update before ServerInit.');
  }

  /** Sets the format of ServerInit. It does not count if the viewer has already set another. */
  serverInit(layout: PixelLayout): void {
    this.#layout ??= layout;
  }

  /**
   * Sets the format that the viewer chose. Returns true if the place in the server's stream, from which it
   * holds, must be confirmed by {@link confirmLayout}: pixels may be on their way, and the new format changes
   * lengths.
   */
  setLayout(layout: PixelLayout): boolean {
    const latest = this.#unconfirmed.at(-1) ?? this.#layout;
    if (this.#unconfirmed.length === 0 && this.#isQuiet) {
      this.#layout = layout;
      return false;
    }
    if (latest !== undefined && sameLayout(latest, layout)) return false;
    if (this.#unconfirmed.length >= MAX_UNCONFIRMED) {
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        'The viewer sets pixel formats faster than the server can confirm them.',
      );
    }
    this.#unconfirmed.push(layout);
    return true;
  }

  /** The viewer has asked for an update, or for all further updates. */
  updateRequested(isContinuous: boolean): void {
    if (isContinuous) this.#isContinuous = true;
    else this.#unanswered += 1;
  }

  /** The server's stream has reached the end of an update. */
  updateEnded(): void {
    if (this.#unanswered > 0) this.#unanswered -= 1;
  }

  /** The server's stream has reached the place from which the next format holds. */
  confirmLayout(): void {
    const next = this.#unconfirmed.shift();
    if (next === undefined) {
      throw new UniCoreError('PROTOCOL_ERROR', 'The server confirmed a pixel format that nobody has set.');
    }
    this.#layout = next;
  }

  /** True if no pixels can be on their way: servers send an update only if the viewer has asked for it. */
  get #isQuiet(): boolean {
    return !this.#isContinuous && this.#unanswered === 0;
  }
}
