/** The receiving direction of a channel: what arrived, what was consumed, and the credit given for it. */
import { MAX_DATA, MAX_DICTIONARY, UniCoreError } from '../wire/index.ts';
import { History } from './history.ts';
import type { Fin } from './outgoing.ts';
import type { Window } from './window.ts';

/** Credit is reported when this share of the window was consumed since the last report. */
const ACK_SHARE = 4;
/** A DATAZ that is news by its last byte alone begins a frame below `next`, and its dictionary that much further down. */
const HISTORY_BYTES = MAX_DATA + MAX_DICTIONARY;

export class Incoming {
  readonly #window: Window;
  #next = 0;
  #consumed = 0;
  #reported = 0;
  #limit: number;
  #fin: (Fin & { finalOff: number }) | undefined;
  readonly #history: History | undefined;

  /** remember: the sender may refer to bytes that it has sent. */
  constructor(window: Window, remember = false) {
    this.#window = window;
    this.#limit = window.size;
    this.#history = remember ? new History(HISTORY_BYTES) : undefined;
  }

  /** The next offset expected; one past the last byte once the end arrived. */
  get next(): number {
    return this.#fin ? this.#fin.finalOff + 1 : this.#next;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Everything arrived and was consumed, the end included. */
  get done(): boolean {
    return this.#fin !== undefined && this.#consumed === this.#fin.finalOff;
  }

  get fin(): Fin | undefined {
    return this.#fin;
  }

  /** Bytes that were consumed and not reported yet, or the end was. */
  get unreported(): boolean {
    return this.#position() > this.#reported;
  }

  /** So much was consumed that the sender should know now. */
  get due(): boolean {
    return this.done || this.#consumed - this.#reported >= this.#window.size / ACK_SHARE;
  }

  /**
   * The fresh part of the bytes of a frame; undefined when nothing in it is new, 'gap' when bytes before it are missing.
   * `read` is only called for bytes that are taken.
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

  /** The bytes right before an offset that take() is reading at. */
  before(off: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (length > 0) this.#history!.copy(off - length, bytes);
    return bytes;
  }

  /** The end of the direction. False when it was known already, 'gap' when bytes before it are missing. */
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

  /** now, rtt: ms. Whether the round trip is to be measured. */
  consumed(bytes: number, now: number, rtt: number | undefined): boolean {
    if (bytes < 0 || this.#consumed + bytes > this.#next) {
      throw new Error(`${bytes} bytes consumed, ${this.#next - this.#consumed} were delivered`);
    }
    this.#consumed += bytes;
    return this.#window.used(this.#consumed, now, rtt);
  }

  /** What an ACK says now. */
  report(): { consumed: number; limit: number } {
    this.#reported = this.#position();
    this.#limit = Math.max(this.#limit, this.#consumed + this.#window.size);
    return { consumed: this.#reported, limit: this.#limit };
  }

  #position(): number {
    return this.done ? this.#consumed + 1 : this.#consumed;
  }
}
