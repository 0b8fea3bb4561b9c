/**
 * The sending direction of a channel: which bytes were sent, which may have to be sent again, and how far the peer's
 * credit goes.
 */
import { MAX_DICTIONARY, UniCoreError } from '../wire/index.ts';
import { History } from './history.ts';

/** The orderly end of a direction. It counts as one byte after the last, so that it is acknowledged like a byte. */
export interface Fin {
  code: number;
  message: string;
}

export class Outgoing {
  /** Most bytes that may be in flight, and so are kept, whatever limit the peer sends. */
  readonly #window: number;
  /** Chunks of the bytes that the peer has not confirmed, in order. The first one begins at #base. */
  #kept: Uint8Array[] = [];
  /** Stream offset of the first kept byte. */
  #base = 0;
  /** Stream offset after the last byte that the application gave. */
  #end = 0;
  /** Offset of the next byte to send on this attachment. After a rewind it is below #end. */
  #sent = 0;
  /** Highest offset that the peer has confirmed, FIN included. */
  #known = 0;
  /** The peer accepts bytes below this offset (its credit). */
  #limit = 0;
  #fin: Fin | undefined;
  #finSent = false;
  /** Confirmed bytes that are kept as a dictionary; undefined until remember() is called. */
  #history: History | undefined;
  /**
   * The application had no bytes when it was last asked, although the peer's credit allowed some. Only then may FIN
   * follow.
   */
  #dry = false;

  constructor(window: number) {
    this.#window = window;
  }

  get sentEnd(): number {
    return this.#finSent ? this.#end + 1 : this.#sent;
  }

  /** Bytes that must be sent again if every hop crashes now. */
  get inFlight(): number {
    return this.#end - this.#base;
  }

  get atLimit(): boolean {
    return this.#sent >= this.#limit;
  }

  /** True if the peer has not confirmed everything that was sent. */
  get unanswered(): boolean {
    return this.sentEnd > this.#known;
  }

  /** Bytes sent on this attachment that the peer has not confirmed. */
  get onTheWay(): number {
    return Math.max(0, this.#sent - this.#known);
  }

  /** True while bytes of an earlier attachment have to be sent again. */
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

  /** True if the peer has confirmed everything, FIN included. */
  get done(): boolean {
    return this.#fin !== undefined && this.#known > this.#end;
  }

  end(fin: Fin): void {
    this.#fin ??= fin;
  }

  /**
   * Returns the next bytes to send, within the credit: first bytes that must be repeated, then new ones from the
   * application.
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

  /** From now on keeps confirmed bytes for a while, as a dictionary for DATAZ frames. */
  remember(): void {
    this.#history ??= new History(MAX_DICTIONARY, this.#base);
  }

  /** The bytes right before an offset that next() returned: `length` of them, fewer if older ones are gone. */
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

  /** Returns the FIN to send, once, after next() has found no byte before it. */
  takeFin(): (Fin & { finalOff: number }) | undefined {
    if (!this.#fin || this.#finSent || !this.#dry) return undefined;
    this.#finSent = true;
    return { ...this.#fin, finalOff: this.#end };
  }

  /** The peer has everything below `upTo` and accepts bytes below `limit`. Returns true if either is new. */
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
   * Continues on a new attachment, from the offset that the peer expects. Confirmed bytes stay confirmed: while a
   * channel moves, a newer ACK may arrive earlier on the old path. The old limit is dropped: the hops of the new path
   * have not seen it, and they enforce only limits that they saw.
   */
  rewind(recvNext: number, limit: number): void {
    this.confirm(recvNext, limit);
    this.#limit = Math.min(limit, this.#known + this.#window);
    this.#sent = 0;
    this.#finSent = false;
    this.#skipTo(this.#known);
  }

  /** Skips bytes that the peer has confirmed. After a rewind, it may have got them on the old path. */
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
      // The unconfirmed rest is copied, since a view would keep the confirmed part in memory as well.
      this.#kept[0] = first.slice(upTo - this.#base);
      this.#history?.append(first.subarray(0, upTo - this.#base));
      this.#base = upTo;
    }
  }
}
