/**
 * Compression of one channel with DATAZ frames. Decides which bytes are deflated, how hard, and when deflate is not
 * worth it. Also inflates received frames.
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

/** Channel kinds that carry mostly text are deflated. The others are compressed or encrypted already, or too fast. */
const DEFLATED: Record<ChannelKindName, boolean> = {
  terminal: true,
  control: true,
  vnc: false,
  tcp: false,
  blob: false,
  egress: false,
};

/** Bytes that a DATAZ frame needs in addition to those of a DATA frame. */
const EXTRA_BYTES = LAYOUTS[FrameType.DATAZ]!.fixedBytes - LAYOUTS[FrameType.DATA]!.fixedBytes;
/** Bytes that shrink by less than this factor count as incompressible. */
const MIN_RATIO = 1.1;
/** After failures of deflate in a row, 1, 2, 4 … frames are sent raw before the next try; never more than this. */
const MOST_SKIPPED = 64;
/**
 * A fast flood sends these raw frames at once and would try too often. So after a failure with a frame of at least
 * LARGE bytes, the next try also waits SKIPPED_MS for each raw frame.
 */
const LARGE = 1024;
const SKIPPED_MS = 10;
/** Most deflated bytes in one DATAZ frame. Hops cannot split it; this much takes 33 ms on a line of 1 Mbit/s. */
const MOST_PACKED = 4 * 1024;
/**
 * Length of the dictionary, as a multiple of the frame's length. For a short frame the dictionary takes most of the
 * time, and a match far back is seldom found.
 */
const REACH = 16;
const LEAST_DICTIONARY = 8 * 1024;
/** After a better frame, the expected compression ratio rises by this part of the difference. */
const RISE = 1 / 4;
/**
 * A budget for the effort `small`, which takes 20 to 40 ms of CPU per MiB: raw bytes per second, and the most raw bytes
 * that can be saved up.
 */
const SMALL_PER_SECOND = 2 * 1024 * 1024;
const SMALL_AT_ONCE = 4 * 1024 * 1024;

/** The earlier bytes of one direction, as a dictionary for the next ones. */
export interface Past {
  /** The bytes right before an offset: `length` of them, or fewer if older ones are gone. */
  before(off: number, length: number): Uint8Array;
}

export class Compression {
  readonly #clock: Clock;
  /** undefined if this channel's bytes are never deflated, in either direction. */
  readonly #deflater: Deflater | undefined;
  #peerReads = false;
  /** Failures of deflate in a row, and the bytes that are still sent raw before the next try. */
  #misses = 0;
  #skip = 0;
  #retryAt = 0;
  /** The factor by which the next bytes will probably shrink when deflated. */
  #ratio = MAX_DATA / MOST_PACKED;
  #allowance = SMALL_AT_ONCE;
  #allowanceAt = 0;

  constructor(kind: ChannelKindName, clock: Clock, deflater: Deflater | undefined) {
    this.#clock = clock;
    this.#deflater = DEFLATED[kind] ? deflater : undefined;
  }

  /** True if this end can read DATAZ. */
  get reads(): boolean {
    return this.#deflater !== undefined;
  }

  /** The optional features that this end announces to its peer. */
  get features(): readonly Feature[] {
    return this.reads ? ['dataz'] : [];
  }

  /** Takes the features that the peer announces. Returns true if it may be sent DATAZ. */
  heard(features: readonly unknown[]): boolean {
    this.#peerReads = this.reads && features.includes('dataz');
    return this.#peerReads;
  }

  /** How many raw bytes the next frame should carry, if `maxData` bytes fit into it. */
  rawFor(maxData: number): number {
    if (!this.#peerReads || this.#rests) return maxData;
    return Math.ceil(Math.min(MAX_DATA, Math.min(maxData, MOST_PACKED) * this.#ratio));
  }

  /** Makes the frame for bytes that are to be sent: DATAZ if that is shorter, otherwise DATA. */
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
      // The raw frames are counted in bytes, so failures with short frames do not make a whole flood go raw.
      const frames = Math.min(2 ** this.#misses++, MOST_SKIPPED);
      this.#skip = frames * bytes.length;
      if (bytes.length >= LARGE) this.#retryAt = this.#clock.now() + frames * SKIPPED_MS;
    } else this.#misses = 0;
    if (!packed || size + EXTRA_BYTES >= bytes.length) return raw;
    const [dictLen, rawLen] = [dictionary.length, bytes.length];
    return { type: FrameType.DATAZ, ch, off, dictLen, rawLen, bytes: packed };
  }

  /** Returns a function that inflates this DATAZ. Throws PROTOCOL_ERROR if the peer may not send it. */
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
   * Adapts the expected ratio. It falls to a worse ratio at once, since a frame that is larger than expected delays
   * others.
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
