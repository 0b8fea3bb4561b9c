/**
 * Receive windows: how many bytes a sender may send before the receiver has consumed them. Some windows grow
 * when they limit the throughput.
 */

/**
 * If a window is used up in fewer round trips than this, the window limits the throughput: the receiver and
 * the path could go faster.
 */
const NARROW_ROUND_TRIPS = 2;
/**
 * One channel takes at most this fraction (1/n) of the free bytes in the pool, so that some bytes always
 * remain for the next channel.
 */
const SHARE = 16;
/**
 * A window grows only while more than this part of the pool is free, so that floods (bulk data) leave enough
 * bytes for new channels.
 */
const RESERVE = 1 / 2;

/** A source of bytes for receive windows, such as a pool. */
export interface Windows {
  /** Returns the size in bytes of a new channel's window: `wanted`, or less if the pool cannot give so much. */
  take(wanted: number): number;
  /**
   * Returns the number of bytes by which a window may grow. Unlike take(), this method leaves a reserve for
   * new channels.
   */
  takeMore(wanted: number): number;
  give(bytes: number): void;
}

/** A source whose receive windows keep their initial size. */
export const FIXED_WINDOWS: Windows = { take: (wanted) => wanted, takeMore: () => 0, give() {} };

/**
 * Limits the total size in bytes of many receive windows. So the senders together can send only this much
 * before the receivers consume bytes.
 */
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
  /** The total number of consumed bytes, and the time, when this window was last checked for growth. */
  #consumed = 0;
  #at = Number.NEGATIVE_INFINITY;

  /** `first` is the initial size of the window in bytes, and `most` is the largest size. */
  constructor(first: number, most: number, from?: Windows) {
    this.#most = most;
    this.#from = from;
    this.#size = from ? from.take(first) : first;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Doubles the window if it limits the throughput. `consumed` is the total number of consumed bytes, and
   * `rtt` is the end-to-end round-trip time in ms. Returns true if half a window was consumed and `rtt` is
   * unknown: the caller must then measure it.
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

  /** Gives the bytes of the window back to the pool when the channel has closed. */
  release(): void {
    this.#from?.give(this.#size);
    this.#size = 0;
  }
}
