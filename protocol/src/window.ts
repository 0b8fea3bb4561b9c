/** How far a sender may run ahead of its reader: the same for a channel's whole life, or growing where it is too narrow. */

/** A window that is used up in fewer round trips than this is what the stream waits for: neither reader nor path are. */
const NARROW_ROUND_TRIPS = 2;
/** A channel takes this share of what is left, at most, so that there is always some for the next one. */
const SHARE = 16;

/** One limit for the windows of many channels, bytes: what all of their senders together may have sent and not been read. */
export class WindowPool {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** So many bytes, or what can be spared. */
  take(wanted: number): number {
    const taken = Math.min(wanted, Math.floor(this.#left / SHARE));
    this.#left -= taken;
    return taken;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}

export class Window {
  readonly #most: number;
  readonly #pool: WindowPool | undefined;
  #size: number;
  /** Bytes consumed, and the time, when the window was last looked at. */
  #consumed = 0;
  #at = Number.NEGATIVE_INFINITY;

  /** first, most: bytes. */
  constructor(first: number, most: number, pool?: WindowPool) {
    this.#most = most;
    this.#pool = pool;
    this.#size = pool ? pool.take(first) : first;
  }

  get size(): number {
    return this.#size;
  }

  get grows(): boolean {
    return this.#size < this.#most;
  }

  /** So many bytes were consumed in all, at this time; rtt: end to end, ms. Doubles the window where it was narrow. */
  used(consumed: number, now: number, rtt: number | undefined): void {
    if (!this.grows || rtt === undefined || consumed - this.#consumed < this.#size) return;
    const narrow = now - this.#at < NARROW_ROUND_TRIPS * rtt;
    this.#consumed = consumed;
    this.#at = now;
    if (!narrow) return;
    const more = Math.min(this.#size, this.#most - this.#size);
    this.#size += this.#pool ? this.#pool.take(more) : more;
  }

  /** The channel is over. */
  release(): void {
    this.#pool?.give(this.#size);
    this.#size = 0;
  }
}
