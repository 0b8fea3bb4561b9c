/**
 * The receiving direction of a channel: which bytes have arrived, which were consumed, and how much credit
 * the sender has.
 */
import { MAX_DATA, MAX_DICTIONARY, UniCoreError } from '../wire/index.ts';
import { History } from './history.ts';
import type { Fin } from './outgoing.ts';
import type { Window } from './window.ts';

/** An ACK is sent as soon as this fraction (1/n) of the window was consumed since the last ACK. */
const ACK_SHARE = 4;
/**
 * Number of received bytes that are kept, because DATAZ frames may refer to them. A frame that is sent again
 * may begin almost MAX_DATA bytes before the next expected offset, and may refer to MAX_DICTIONARY bytes
 * before its beginning.
 */
const HISTORY_BYTES = MAX_DATA + MAX_DICTIONARY;

export class Incoming {
  readonly #window: Window;
  #next = 0;
  #consumed = 0;
  #reported = 0;
  #limit: number;
  #fin: (Fin & { finalOff: number }) | undefined;
  readonly #history: History | undefined;

  /** If `remember` is true, received bytes are kept, because DATAZ frames may refer to them. */
  constructor(window: Window, remember = false) {
    this.#window = window;
    this.#limit = window.size;
    this.#history = remember ? new History(HISTORY_BYTES) : undefined;
  }

  /**
   * The next expected offset. After FIN, this is one more than the final offset, because FIN counts as one
   * byte.
   */
  get next(): number {
    return this.#fin ? this.#fin.finalOff + 1 : this.#next;
  }

  get limit(): number {
    return this.#limit;
  }

  /** True if all bytes and the FIN have arrived, and all bytes were consumed. */
  get done(): boolean {
    return this.#fin !== undefined && this.#consumed === this.#fin.finalOff;
  }

  get fin(): Fin | undefined {
    return this.#fin;
  }

  /** True if consumed bytes, or the end of the stream, are not acknowledged yet. */
  get unreported(): boolean {
    return this.#position() > this.#reported;
  }

  /** True if an ACK should be sent now: enough bytes were consumed, or the direction is complete. */
  get due(): boolean {
    return this.done || this.#consumed - this.#reported >= this.#window.size / ACK_SHARE;
  }

  /**
   * Returns those bytes of a frame that are new. Returns undefined if no bytes are new, and 'gap' if earlier
   * bytes are missing. Calls `read` only if there are new bytes.
   */
  take(off: number, length: number, read: () => Uint8Array): Uint8Array | 'gap' | undefined {
    const end = off + length;
    if (end > this.#limit) {
      throw new UniCoreError('FLOW_VIOLATION', `bytes up to ${end} came, only ${this.#limit} are allowed`);
    }
    if (this.#fin && end > this.#fin.finalOff) {
      throw new UniCoreError('FLOW_VIOLATION', `bytes came behind the end at ${this.#fin.finalOff}`);
    }
    if (off > this.#next) return 'gap';
    if (end <= this.#next) return undefined;
    const fresh = read().subarray(this.#next - off);
    this.#next = end;
    this.#history?.append(fresh);
    return fresh;
  }

  /** Returns the `length` received bytes just before this offset: the dictionary of a DATAZ frame. */
  before(off: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (length > 0) this.#history!.copy(off - length, bytes);
    return bytes;
  }

  /**
   * Handles the end of this direction. Returns false if the end was known already, and 'gap' if earlier bytes
   * are missing.
   */
  finish(finalOff: number, fin: Fin): boolean | 'gap' {
    if (this.#fin ? finalOff !== this.#fin.finalOff : finalOff < this.#next) {
      throw new UniCoreError(
        'FLOW_VIOLATION',
        `the end is said to be at ${finalOff}, ${this.#next} bytes are here`,
      );
    }
    if (this.#fin) return false;
    if (finalOff > this.#next) return 'gap';
    this.#fin = { ...fin, finalOff };
    return true;
  }

  /**
   * Records that bytes were consumed. `now` and `rtt` are in ms. Returns true if the caller should measure
   * the round-trip time.
   */
  consumed(bytes: number, now: number, rtt: number | undefined): boolean {
    if (bytes < 0 || this.#consumed + bytes > this.#next) {
      throw new Error(`${bytes} bytes consumed, ${this.#next - this.#consumed} were delivered`);
    }
    this.#consumed += bytes;
    return this.#window.used(this.#consumed, now, rtt);
  }

  /** Returns the values for an ACK, and records them as acknowledged. */
  report(): { consumed: number; limit: number } {
    this.#reported = this.#position();
    this.#limit = Math.max(this.#limit, this.#consumed + this.#window.size);
    return { consumed: this.#reported, limit: this.#limit };
  }

  #position(): number {
    return this.done ? this.#consumed + 1 : this.#consumed;
  }
}
