/** DATAZ for one channel: which bytes are deflated, how hard, and when it is not worth while; and how they come back. */
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

/** Kinds whose bytes are mostly text. The others are compressed or encrypted already, or too fast. */
const DEFLATED: Record<ChannelKindName, boolean> = {
  terminal: true,
  control: true,
  vnc: false,
  tcp: false,
  blob: false,
  egress: false,
};

/** What a DATAZ has around its bytes more than a DATA. */
const EXTRA_BYTES = LAYOUTS[FrameType.DATAZ]!.fixedBytes - LAYOUTS[FrameType.DATA]!.fixedBytes;
/** Bytes that shrink by less than this factor count as incompressible. */
const MIN_RATIO = 1.1;
/** As many bytes as so many such frames, at most, go raw before the next try. */
const MOST_SKIPPED = 64;
/** A fast flood sends these in no time: after frames of this size the next try is also this much later for each of them. */
const LARGE = 1024;
const SKIPPED_MS = 10;
/** No hop can cut a DATAZ, and a slow line behind it should not be taken for long: 33 ms of 1 Mbit/s. */
const MOST_PACKED = 4 * 1024;
/** The dictionary is what takes time with a short frame, and a short frame has little to find far back: so many times its length. */
const REACH = 16;
const LEAST_DICTIONARY = 8 * 1024;
/** How fast the expected ratio rises again: the share of the difference. */
const RISE = 1 / 4;
/** Raw bytes a second that get the small effort, which costs a core 20 to 40 ms for each MiB, and how many at once. */
const SMALL_PER_SECOND = 2 * 1024 * 1024;
const SMALL_AT_ONCE = 4 * 1024 * 1024;

/** One direction of the channel. */
export interface Past {
  /** The bytes right before an offset: so many, or what is known of them. */
  before(off: number, length: number): Uint8Array;
}

export class Compression {
  readonly #clock: Clock;
  /** undefined: this channel's bytes are never deflated, in neither direction. */
  readonly #deflater: Deflater | undefined;
  #peerReads = false;
  /** Tries in a row that were in vain, and bytes that go raw before the next one. */
  #misses = 0;
  #skip = 0;
  #retryAt = 0;
  /** By which factor the next bytes will shrink, as far as one can tell. */
  #ratio = MAX_DATA / MOST_PACKED;
  #allowance = SMALL_AT_ONCE;
  #allowanceAt = 0;

  constructor(kind: ChannelKindName, clock: Clock, deflater: Deflater | undefined) {
    this.#clock = clock;
    this.#deflater = DEFLATED[kind] ? deflater : undefined;
  }

  /** This end can read DATAZ. */
  get reads(): boolean {
    return this.#deflater !== undefined;
  }

  /** What this end says of itself. */
  get features(): readonly Feature[] {
    return this.reads ? ['dataz'] : [];
  }

  /** What the peer says of itself. True if it may be sent DATAZ. */
  heard(features: readonly unknown[]): boolean {
    this.#peerReads = this.reads && features.includes('dataz');
    return this.#peerReads;
  }

  /** How many bytes the next frame should stand for, where `maxData` may be in it. */
  rawFor(maxData: number): number {
    if (!this.#peerReads || this.#rests) return maxData;
    return Math.ceil(Math.min(MAX_DATA, Math.min(maxData, MOST_PACKED) * this.#ratio));
  }

  /** The frame for bytes that are to be sent: DATAZ where that is shorter. */
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
      // Counted in bytes: short frames in vain are no reason to send a flood as it is.
      const frames = Math.min(2 ** this.#misses++, MOST_SKIPPED);
      this.#skip = frames * bytes.length;
      if (bytes.length >= LARGE) this.#retryAt = this.#clock.now() + frames * SKIPPED_MS;
    } else this.#misses = 0;
    if (!packed || size + EXTRA_BYTES >= bytes.length) return raw;
    const [dictLen, rawLen] = [dictionary.length, bytes.length];
    return { type: FrameType.DATAZ, ch, off, dictLen, rawLen, bytes: packed };
  }

  /** How to read a DATAZ, if it is one that may come. */
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

  /** Down at once: a frame that is larger than expected holds up others. */
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
