/**
 * The sending direction of a channel: which bytes were sent, which may have to be sent again, and how much
 * credit the peer has given.
 */
import { MAX_DICTIONARY, UniCoreError } from '../wire/index.ts';
import { History } from './history.ts';

/**
 * The content of FIN, the orderly end of a direction. FIN counts as one byte after the last byte, so the peer
 * confirms it like a byte.
 */
export interface Fin {
  code: number;
  message: string;
}

export class Outgoing {
  /**
   * The most bytes that may be in flight, whatever credit limit the peer sends. Bytes in flight are kept in
   * memory until the peer confirms them.
   */
  readonly #window: number;
  /**
   * Chunks of sent bytes that the peer has not confirmed, in order. The first chunk begins at stream offset
   * #base.
   */
  #kept: Uint8Array[] = [];
  /** The stream offset of the first byte that is kept. */
  #base = 0;
  /** The stream offset just after the last byte that the application has given. */
  #end = 0;
  /** The stream offset of the next byte to send on this attachment. After rewind(), it is below #end. */
  #sent = 0;
  /** The highest offset that the peer has confirmed. FIN counts as one byte. */
  #known = 0;
  /** The credit limit: the peer accepts only bytes below this offset. */
  #limit = 0;
  #fin: Fin | undefined;
  #finSent = false;
  /** Confirmed bytes that are kept as the dictionary for DATAZ frames; undefined until remember() is called. */
  #history: History | undefined;
  /**
   * True if the application had nothing to send when it was last asked, although there was credit. FIN may be
   * sent only then.
   */
  #dry = false;

  constructor(window: number) {
    this.#window = window;
  }

  get sentEnd(): number {
    return this.#finSent ? this.#end + 1 : this.#sent;
  }

  /** Number of bytes that were sent and not confirmed. They must be sent again if the path breaks. */
  get inFlight(): number {
    return this.#end - this.#base;
  }

  get atLimit(): boolean {
    return this.#sent >= this.#limit;
  }

  /** True if the peer has not confirmed everything that was sent, FIN included. */
  get unanswered(): boolean {
    return this.sentEnd > this.#known;
  }

  /** Number of bytes that were sent on this attachment and that the peer has not confirmed. */
  get onTheWay(): number {
    return Math.max(0, this.#sent - this.#known);
  }

  /** True while bytes of an earlier attachment must be sent again on this attachment. */
  get behind(): boolean {
    return this.#sent < this.#end;
  }

  /** True if the application had nothing more to send when it was last asked. */
  get dry(): boolean {
    return this.#dry;
  }

  get ending(): boolean {
    return this.#fin !== undefined;
  }

  /** True if the peer has confirmed all bytes and the FIN. */
  get done(): boolean {
    return this.#fin !== undefined && this.#known > this.#end;
  }

  end(fin: Fin): void {
    this.#fin ??= fin;
  }

  /**
   * Returns the next bytes to send, within the peer's credit: first the bytes that must be sent again, then
   * new bytes from the application.
   */
  next(
    max: number,
    pull: (max: number) => Uint8Array | undefined,
  ): { off: number; bytes: Uint8Array } | undefined {
    const off = this.#sent;
    this.#dry = false;
    const most = Math.min(max, this.#limit - off);
    if (most <= 0) return undefined;
    const bytes = off < this.#end ? this.#again(most) : this.#fresh(most, pull);
    if (bytes === undefined) return undefined;
    this.#sent += bytes.length;
    return { off, bytes };
  }

  /** From now on, keeps the latest confirmed bytes as the dictionary for DATAZ frames. */
  remember(): void {
    this.#history ??= new History(MAX_DICTIONARY, this.#base);
  }

  /**
   * Returns the `length` bytes before this offset, or fewer if older bytes are no longer kept. The offset
   * must be one that next() has returned.
   */
  before(off: number, length: number): Uint8Array {
    const start = Math.max(off - length, this.#history?.start ?? this.#base);
    const bytes = new Uint8Array(off - start);
    let filled = start < this.#base ? this.#history!.copy(start, bytes) : 0;
    let at = this.#base;
    for (const chunk of this.#kept) {
      if (filled === bytes.length) break;
      const part = chunk.subarray(Math.max(0, start - at));
      at += chunk.length;
      bytes.set(part.subarray(0, bytes.length - filled), filled);
      filled += Math.min(part.length, bytes.length - filled);
    }
    return bytes;
  }

  /** Returns the FIN to send, once, after next() has found no more bytes. Otherwise returns undefined. */
  takeFin(): (Fin & { finalOff: number }) | undefined {
    if (!this.#fin || this.#finSent || !this.#dry) return undefined;
    this.#finSent = true;
    return { ...this.#fin, finalOff: this.#end };
  }

  /**
   * Records that the peer has all bytes below `upTo` and accepts bytes below `limit`. Returns true if one of
   * these values has risen.
   */
  confirm(upTo: number, limit: number): boolean {
    const most = this.#fin ? this.#end + 1 : this.#end;
    if (upTo > most) {
      throw new UniCoreError(
        'FLOW_VIOLATION',
        `offset ${upTo} was acknowledged, but only ${most} bytes were sent`,
      );
    }
    const known = Math.max(this.#known, upTo);
    const allowed = Math.max(this.#limit, Math.min(limit, known + this.#window));
    const news = known > this.#known || allowed > this.#limit;
    this.#known = known;
    this.#limit = allowed;
    this.#skipTo(known);
    this.#free(Math.min(this.#known, this.#end));
    return news;
  }

  /**
   * Continues on a new attachment, at the offset that the peer expects (`recvNext`). If the old path has
   * already confirmed more bytes, they stay confirmed. The old credit limit is dropped, and only `limit`
   * counts: the hops of the new path have not seen the old limit.
   */
  rewind(recvNext: number, limit: number): void {
    this.confirm(recvNext, limit);
    this.#limit = Math.min(limit, this.#known + this.#window);
    this.#sent = 0;
    this.#finSent = false;
    this.#skipTo(this.#known);
  }

  /**
   * Skips bytes that the peer has confirmed. They need not be sent again on a new attachment, because the
   * peer has received them on the old path.
   */
  #skipTo(known: number): void {
    this.#sent = Math.max(this.#sent, Math.min(known, this.#end));
    this.#finSent ||= this.#fin !== undefined && known > this.#end;
  }

  #again(max: number): Uint8Array {
    let skip = this.#sent - this.#base;
    for (const chunk of this.#kept) {
      if (skip < chunk.length) return chunk.subarray(skip, skip + max);
      skip -= chunk.length;
    }
    throw new Error(`no kept bytes at offset ${this.#sent}`);
  }

  #fresh(max: number, pull: (max: number) => Uint8Array | undefined): Uint8Array | undefined {
    const bytes = pull(max);
    this.#dry = bytes === undefined || bytes.length === 0;
    if (bytes === undefined || this.#dry) return undefined;
    if (bytes.length > max) throw new Error(`the source gave ${bytes.length} bytes, ${max} were asked for`);
    this.#kept.push(bytes);
    this.#end += bytes.length;
    return bytes;
  }

  #free(upTo: number): void {
    let used = 0;
    for (const chunk of this.#kept) {
      if (this.#base + chunk.length > upTo) break;
      this.#history?.append(chunk);
      this.#base += chunk.length;
      used++;
    }
    if (used > 0) this.#kept.splice(0, used);
    const first = this.#kept[0];
    if (first && upTo > this.#base) {
      // The peer has confirmed only the first part of this chunk. The other part is copied, because a view
      // would keep the whole chunk in memory.
      this.#kept[0] = first.slice(upTo - this.#base);
      this.#history?.append(first.subarray(0, upTo - this.#base));
      this.#base = upTo;
    }
  }
}
