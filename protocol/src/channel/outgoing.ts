/** The sending direction of a channel: what was sent and may have to be sent again, and how far the peer lets us go. */
import { MAX_DICTIONARY, UniCoreError } from '../wire/index.ts';
import { History } from './history.ts';

/** The orderly end of a direction. It counts as one byte behind the last, so that it is acknowledged like one. */
export interface Fin {
  code: number;
  message: string;
}

export class Outgoing {
  /** The most that is ever in flight and kept, whatever limit the peer names. */
  readonly #window: number;
  /** Chunks from #base on, in order: all that the peer has not confirmed. */
  #kept: Uint8Array[] = [];
  /** Offset of the first kept byte. */
  #base = 0;
  /** Offset behind the last byte ever taken from the source. */
  #end = 0;
  /** Offset of the next byte to emit in this attachment; below #end after a rewind. */
  #sent = 0;
  /** Highest offset that the peer has confirmed to hold (FIN included). */
  #known = 0;
  /** The peer accepts bytes below this offset. */
  #limit = 0;
  #fin: Fin | undefined;
  #finSent = false;
  /** Bytes below #base, once remember() was called. */
  #history: History | undefined;
  /** The source was asked within the credit and had nothing: only then may the end follow. */
  #dry = false;

  constructor(window: number) {
    this.#window = window;
  }

  get sentEnd(): number {
    return this.#finSent ? this.#end + 1 : this.#sent;
  }

  /** Bytes that a crash of every hop would make us send again. */
  get inFlight(): number {
    return this.#end - this.#base;
  }

  get atLimit(): boolean {
    return this.#sent >= this.#limit;
  }

  /** Something was emitted that the peer has not confirmed. */
  get unanswered(): boolean {
    return this.sentEnd > this.#known;
  }

  /** Bytes sent in this attachment that the peer has not confirmed. */
  get onTheWay(): number {
    return Math.max(0, this.#sent - this.#known);
  }

  /** Bytes are to be sent again. */
  get behind(): boolean {
    return this.#sent < this.#end;
  }

  /** The source was asked and had nothing more. */
  get dry(): boolean {
    return this.#dry;
  }

  get ending(): boolean {
    return this.#fin !== undefined;
  }

  /** The peer has everything, the end included. */
  get done(): boolean {
    return this.#fin !== undefined && this.#known > this.#end;
  }

  end(fin: Fin): void {
    this.#fin ??= fin;
  }

  /** The next bytes to emit: again what a rewind left, then fresh ones from the source, within the credit. */
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

  /** From now on bytes that the peer has confirmed are kept for a while, for before(). */
  remember(): void {
    this.#history ??= new History(MAX_DICTIONARY, this.#base);
  }

  /** The bytes right before an offset that next() gave: at most `length`, fewer where they are gone. */
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

  /** The FIN to emit, once, when next() found no byte left before it. */
  takeFin(): (Fin & { finalOff: number }) | undefined {
    if (!this.#fin || this.#finSent || !this.#dry) return undefined;
    this.#finSent = true;
    return { ...this.#fin, finalOff: this.#end };
  }

  /** The peer holds everything below `upTo` and accepts bytes below `limit`. True when that was news. */
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
   * A new attachment: go on from what the peer holds. What an ACK confirmed before stays confirmed: while a channel moves,
   * one that was written later may come sooner, on the old path. Its limit does not stay: the hops of the new path have not
   * seen it, and hold us to what they saw.
   */
  rewind(recvNext: number, limit: number): void {
    this.confirm(recvNext, limit);
    this.#limit = Math.min(limit, this.#known + this.#window);
    this.#sent = 0;
    this.#finSent = false;
    this.#skipTo(this.#known);
  }

  /** What the peer has is not said again: it may have come by the old path, after a rewind. */
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
      // A copy: the view would pin the freed part as well.
      this.#kept[0] = first.slice(upTo - this.#base);
      this.#history?.append(first.subarray(0, upTo - this.#base));
      this.#base = upTo;
    }
  }
}
