/**
 * What viewer and server of one connection have agreed on. Both directions of the interposer use it, because the
 * length of messages in one direction depends on messages in the other.
 */
import { UniCoreError } from '@unicore/protocol';
import { Encoding } from './encodings.ts';
import { type PixelLayout, sameLayout } from './pixel-format.ts';

/** Maximum number of pixel formats that the viewer may set before the server confirms the first of them. */
const MAX_UNCONFIRMED = 32;

export class Negotiation {
  /** The minor version of RFB that the viewer has chosen; undefined before that. */
  version: 3 | 7 | 8 | undefined;
  /** True if the server has confirmed that pointer messages may be one byte longer. */
  serverHasExtendedButtons = false;
  /** Upper bound for the number of update requests without an answer. A server may answer several requests at once. */
  #unanswered = 0;
  /** True if the viewer has asked for continuous updates, which need no further requests. */
  #isContinuous = false;
  #encodings = new Set<number>();
  /** The pixel format at the current position in the server's stream. */
  #layout: PixelLayout | undefined;
  /** Pixel formats that the viewer has set and the server has not confirmed yet, oldest first. */
  readonly #unconfirmed: PixelLayout[] = [];

  /** Sets the encodings of SetEncodings, without those that were removed for the server. */
  setEncodings(encodings: Iterable<number>): void {
    this.#encodings = new Set(encodings);
  }

  listed(encoding: number): boolean {
    return this.#encodings.has(encoding);
  }

  /** True if a pointer message is one byte longer when the highest bit of its mask is set. */
  get hasExtendedButtons(): boolean {
    return this.serverHasExtendedButtons && this.listed(Encoding.extendedMouseButtons);
  }

  get layout(): PixelLayout {
    if (this.#layout !== undefined) return this.#layout;
    throw new UniCoreError('PROTOCOL_ERROR', 'The server sent an update before ServerInit.');
  }

  /** Sets the pixel format of ServerInit, unless the viewer has already set another one. */
  serverInit(layout: PixelLayout): void {
    this.#layout ??= layout;
  }

  /**
   * Sets the pixel format that the viewer has chosen. Returns true if the place where it begins in the server's
   * stream must be marked, and reported to {@link confirmLayout}. That is needed if pixels may be on the way and
   * the lengths of messages change.
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

  /** Called when the viewer has asked for an update, or for continuous updates. */
  updateRequested(isContinuous: boolean): void {
    if (isContinuous) this.#isContinuous = true;
    else this.#unanswered += 1;
  }

  /** Called at the end of an update in the server's stream. */
  updateEnded(): void {
    if (this.#unanswered > 0) this.#unanswered -= 1;
  }

  /** Called at the place in the server's stream where the next pixel format begins. */
  confirmLayout(): void {
    const next = this.#unconfirmed.shift();
    if (next === undefined) {
      throw new UniCoreError('PROTOCOL_ERROR', 'The server confirmed a pixel format that nobody has set.');
    }
    this.#layout = next;
  }

  /** True if no pixels can be on the way. Servers send an update only if the viewer has asked for one. */
  get #isQuiet(): boolean {
    return !this.#isContinuous && this.#unanswered === 0;
  }
}
