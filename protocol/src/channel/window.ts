/**
 * Receive windows: how many bytes a sender may send before its reader has consumed them. Some grow when they slow the
 * stream down.
 */

/**
 * If a window is used up in fewer round trips than this, it slows the stream down: the reader and the path could go
 * faster.
 */
const NARROW_ROUND_TRIPS = 2;
/**
 * One channel takes at most this fraction (1/n) of the pool's free bytes, so that some always remain for the next
 * channel.
 */
const SHARE = 16;
/** A window grows only while more than this part of the pool is free, so that floods leave enough for new channels. */
const RESERVE = 1 / 2;

/** A source of bytes for receive windows, such as a pool. */
export interface Windows {
  /** Returns bytes for the window of a new channel: as many as wanted, or as many as can be spared. */
  take(wanted: number): number;
  /** Returns bytes for a window that grows. Unlike take(), it leaves a reserve for new channels. */
  takeMore(wanted: number): number;
  give(bytes: number): void;
}

/** Receive windows that keep their initial size. */
export const FIXED_WINDOWS: Windows = { take: (wanted) => wanted, takeMore: () => 0, give() {} };

/** A limit in bytes for the windows of many channels together, and so for all bytes that were sent but not consumed. */
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
  /** Bytes consumed in total, and the time, when this window was last checked for growth. */
  #consumed = 0;
  #at = Number.NEGATIVE_INFINITY;

  /** first, most: the initial and the largest size of the window, in bytes. */
  constructor(first: number, most: number, from?: Windows) {
    this.#most = most;
    this.#from = from;
    this.#size = from ? from.take(first) : first;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Doubles the window if it slows the stream down. consumed: bytes in total; rtt: end to end, ms. Returns true if the
   * round trip must be measured first. It never asks for that if the reader has little to read.
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

  /** Returns the window's bytes to the pool when the channel is over. */
  release(): void {
    this.#from?.give(this.#size);
    this.#size = 0;
  }
}
