/**
 * Compresses one channel with DATAZ frames. Decides which bytes are deflated, at which level, and when
 * deflate is not worth its CPU time. Also inflates received DATAZ frames.
 */
import type { Clock } from '../time/index.ts';
import {
  type ChannelKindName,
  type Feature,
  type Frame,
  type FrameOf,
  FrameType,
  LAYOUTS,
  MAX_DATA,
  MAX_DICTIONARY,
  UniCoreError,
} from '../wire/index.ts';
import type { Deflater, Effort } from './deflater.ts';

/**
 * True for the channel kinds that carry mostly text: only these are deflated. The data of the other kinds is
 * already compressed or encrypted, or too fast to be deflated.
 */
const DEFLATED: Record<ChannelKindName, boolean> = {
  terminal: true,
  control: true,
  vnc: false,
  tcp: false,
  blob: false,
  egress: false,
  cdp: true,
  desktop: true,
};

/** Number of bytes by which the fields of a DATAZ frame are longer than those of a DATA frame. */
const EXTRA_BYTES = LAYOUTS[FrameType.DATAZ]!.fixedBytes - LAYOUTS[FrameType.DATA]!.fixedBytes;
/** If deflate shrinks bytes by less than this factor, the bytes count as incompressible. */
const MIN_RATIO = 1.1;
/**
 * After a failed try of deflate, some frames are sent uncompressed before the next try. Their number doubles
 * with each failure in a row (1, 2, 4 …), up to this limit.
 */
const MOST_SKIPPED = 64;
/**
 * After a failed try of deflate, a fast sender would soon have sent the uncompressed frames that must come
 * before the next try. It would try deflate too often. So if the failed frame had at least LARGE bytes, the
 * next try also waits SKIPPED_MS for each of the uncompressed frames.
 */
const LARGE = 1024;
const SKIPPED_MS = 10;
/**
 * Most deflated bytes in one DATAZ frame. Hops cannot split a DATAZ frame, and this many bytes take 33 ms on
 * a line of 1 Mbit/s.
 */
const MOST_PACKED = 4 * 1024;
/**
 * Length of the dictionary, as a multiple of the frame's length. A longer dictionary would use much CPU time
 * for a short frame, and distant matches are rare.
 */
const REACH = 16;
const LEAST_DICTIONARY = 8 * 1024;
/**
 * If a frame shrinks more than expected, the expected compression ratio rises by this part of the difference.
 */
const RISE = 1 / 4;
/**
 * Limits the CPU time for the effort `small`, which takes 20 to 40 ms per MiB. This effort may be used for
 * SMALL_PER_SECOND uncompressed bytes per second. Up to SMALL_AT_ONCE bytes can be saved for later. Other
 * bytes are deflated with the effort `fast`.
 */
const SMALL_PER_SECOND = 2 * 1024 * 1024;
const SMALL_AT_ONCE = 4 * 1024 * 1024;

/** The earlier bytes of one direction. They are the dictionary for later bytes. */
export interface Past {
  /** Returns the `length` bytes before this offset, or fewer if older bytes are no longer kept. */
  before(off: number, length: number): Uint8Array;
}

export class Compression {
  readonly #clock: Clock;
  /** The deflater; undefined if this channel never uses DATAZ, in either direction. */
  readonly #deflater: Deflater | undefined;
  #peerReads = false;
  /**
   * The number of failed tries of deflate in a row, and the number of bytes that are still sent uncompressed
   * before the next try.
   */
  #misses = 0;
  #skip = 0;
  #retryAt = 0;
  /** The compression ratio that is expected for the next frame: uncompressed bytes per deflated byte. */
  #ratio = MAX_DATA / MOST_PACKED;
  #allowance = SMALL_AT_ONCE;
  #allowanceAt = 0;

  constructor(kind: ChannelKindName, clock: Clock, deflater: Deflater | undefined) {
    this.#clock = clock;
    this.#deflater = DEFLATED[kind] ? deflater : undefined;
  }

  /** True if this end can read DATAZ frames. */
  get reads(): boolean {
    return this.#deflater !== undefined;
  }

  /** The optional features that this end announces to the other end. */
  get features(): readonly Feature[] {
    return this.reads ? ['dataz'] : [];
  }

  /** Stores the features that the other end announces. Returns true if this end may send DATAZ frames. */
  heard(features: readonly unknown[]): boolean {
    this.#peerReads = this.reads && features.includes('dataz');
    return this.#peerReads;
  }

  /**
   * Returns how many uncompressed bytes the next frame should carry, if the frame has room for `maxData`
   * bytes.
   */
  rawFor(maxData: number): number {
    if (!this.#peerReads || this.#rests) return maxData;
    return Math.ceil(Math.min(MAX_DATA, Math.min(maxData, MOST_PACKED) * this.#ratio));
  }

  /** Makes a DATAZ frame of these bytes, or a DATA frame if a DATAZ frame would not be shorter. */
  frame(ch: number, { off, bytes }: { off: number; bytes: Uint8Array }, sent: Past): Frame {
    const raw: Frame = { type: FrameType.DATA, ch, off, bytes };
    if (!this.#deflater || !this.#peerReads || bytes.length < this.#deflater.least) return raw;
    if (this.#rests) {
      this.#skip -= bytes.length;
      return raw;
    }
    const reach = Math.min(MAX_DICTIONARY, Math.max(LEAST_DICTIONARY, REACH * bytes.length));
    const dictionary = sent.before(off, reach);
    const packed = this.#deflater.deflate(bytes, dictionary, this.#effort(bytes.length));
    const size = packed?.length ?? bytes.length;
    this.#learn(bytes.length / size);
    if (size * MIN_RATIO > bytes.length) {
      // After a failed try of deflate, the wait until the next try is a number of bytes, not of frames.
      // Otherwise, after failed tries with short frames, many large frames of bulk output would be sent
      // uncompressed.
      const frames = Math.min(2 ** this.#misses++, MOST_SKIPPED);
      this.#skip = frames * bytes.length;
      if (bytes.length >= LARGE) this.#retryAt = this.#clock.now() + frames * SKIPPED_MS;
    } else this.#misses = 0;
    if (!packed || size + EXTRA_BYTES >= bytes.length) return raw;
    const [dictLen, rawLen] = [dictionary.length, bytes.length];
    return { type: FrameType.DATAZ, ch, off, dictLen, rawLen, bytes: packed };
  }

  /**
   * Returns a function that inflates this DATAZ frame. Throws PROTOCOL_ERROR if the peer may not send this
   * frame.
   */
  reader({ off, dictLen, rawLen, bytes }: FrameOf<typeof FrameType.DATAZ>, received: Past): () => Uint8Array {
    const deflater = this.#deflater;
    if (!deflater) throw new UniCoreError('PROTOCOL_ERROR', 'This end has not said that it reads DATAZ.');
    if (dictLen > off) {
      throw new UniCoreError('PROTOCOL_ERROR', `A DATAZ at ${off} refers to ${dictLen} bytes before it.`);
    }
    return () => deflater.inflate(bytes, received.before(off, dictLen), rawLen);
  }

  get #rests(): boolean {
    return this.#skip > 0 || this.#clock.now() < this.#retryAt;
  }

  /**
   * Updates the expected compression ratio. A worse ratio is used at once, because a frame that is longer
   * than expected delays other frames.
   */
  #learn(ratio: number): void {
    this.#ratio = Math.min(ratio, this.#ratio + (ratio - this.#ratio) * RISE);
  }

  #effort(bytes: number): Effort {
    const now = this.#clock.now();
    const regained = ((now - this.#allowanceAt) / 1000) * SMALL_PER_SECOND;
    this.#allowance = Math.min(SMALL_AT_ONCE, this.#allowance + regained);
    this.#allowanceAt = now;
    if (this.#allowance < bytes) return 'fast';
    this.#allowance -= bytes;
    return 'small';
  }
}
