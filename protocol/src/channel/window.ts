/** How far a sender may run ahead of its reader: the same for a channel's whole life, or growing where it is too narrow. */

/** A window that is used up in fewer round trips than this is what the stream waits for: neither reader nor path are. */
const NARROW_ROUND_TRIPS = 2;
/** A channel takes this share of what is left, at most, so that there is always some for the next one. */
const SHARE = 16;
/** Windows grow as long as this share of the pool is left: what floods have taken must not be missing for new channels. */
const RESERVE = 1 / 2;

/** Where windows get their bytes. */
export interface Windows {
  /** For a new channel: so many bytes, or what can be spared. */
  take(wanted: number): number;
  /** The same for one that grows. */
  takeMore(wanted: number): number;
  give(bytes: number): void;
}

/** Windows that stay as they are at first: for an end where what nobody reads has to wait. */
export const FIXED_WINDOWS: Windows = { take: (wanted) => wanted, takeMore: () => 0, give() {} };

/** One limit for the windows of many channels, bytes: what all of their senders together may have sent and not been read. */
export class WindowPool implements Windows {
  readonly #reserve: number;
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
    this.#reserve = bytes * RESERVE;
  }

  get left(): number {
    return this.#left;
  }

  take(wanted: number): number {
    return this.#take(wanted, this.#left);
  }

  takeMore(wanted: number): number {
    return this.#take(wanted, Math.max(0, this.#left - this.#reserve));
  }

  give(bytes: number): void {
    this.#left += bytes;
  }

  #take(wanted: number, spare: number): number {
    const taken = Math.min(wanted, Math.floor(spare / SHARE));
    this.#left -= taken;
    return taken;
  }
}

export class Window {
  readonly #most: number;
  readonly #from: Windows | undefined;
  #size: number;
  /** Bytes consumed, and the time, when the window was last looked at. */
  #consumed = 0;
  #at = Number.NEGATIVE_INFINITY;

  /** first, most: bytes. */
  constructor(first: number, most: number, from?: Windows) {
    this.#most = most;
    this.#from = from;
    this.#size = from ? from.take(first) : first;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * So many bytes were consumed in all, at this time; rtt: end to end, ms. Doubles the window where it was narrow. Whether
   * that is to be measured: who has little to read needs no answer.
   */
  used(consumed: number, now: number, rtt: number | undefined): boolean {
    const used = (consumed - this.#consumed) / this.#size;
    if (this.#size >= this.#most || used < 1 / 2) return false;
    if (rtt === undefined) return true;
    if (used < 1) return false;
    const narrow = now - this.#at < NARROW_ROUND_TRIPS * rtt;
    this.#consumed = consumed;
    this.#at = now;
    if (!narrow) return false;
    const more = Math.min(this.#size, this.#most - this.#size);
    this.#size += this.#from ? this.#from.takeMore(more) : more;
    return false;
  }

  /** The channel is over. */
  release(): void {
    this.#from?.give(this.#size);
    this.#size = 0;
  }
}
