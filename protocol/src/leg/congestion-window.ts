/**
 * A congestion window: how many bytes may be on a path at once. Marks (such as PINGs) are sent behind bytes and come
 * back when these have arrived. So marks measure the path's rate and its least round trip. The product of both is the
 * number of bytes that fill the path without a queue (as in BBR).
 */
import type { Clock } from '../time/index.ts';

/**
 * The rate is the greatest one of this period and the one before. A period lasts RATE_MS, or RATE_ROUND_TRIPS if that
 * is longer.
 */
const RATE_MS = 500;
const RATE_ROUND_TRIPS = 5;
/**
 * How long the first least round trip is trusted, as a part of remeasureMs. It is short, because nothing limited the
 * sender during that measurement. Each later one is trusted twice as long.
 */
const FIRST_TRUST = 1 / 8;
/**
 * Slow start: the window is START_GAIN times the bytes that fill the path. It ends when a round trip exceeds the least
 * one by START_SHARE and START_MS, because a queue has grown then.
 */
const START_GAIN = 2;
const START_SHARE = 0.25;
const START_MS = 5;
/** A least round trip is not doubted for this long after it was measured, ms. */
const DOUBT_MS = 2_000;

export interface CongestionWindowOptions {
  clock: Clock;
  /** Length of the queue that may stand on the path, ms at the measured rate. */
  queueMs: number;
  /** Limits in bytes for the queue that may stand on the path. maxQueue may be changed later. */
  minQueue: number;
  maxQueue: number;
  /** Bytes that may be on the way before the path was measured. */
  initial: number;
  /**
   * How long a least round trip is trusted, ms. After that, sending stops until everything has arrived, since the
   * sender's own queue would distort the next measurement. The caller must send a mark when there is no room and no
   * mark is on the way.
   */
  remeasureMs: number;
}

/** A position in the sent bytes, and what was known about the path when the mark was sent. */
export interface Mark {
  readonly sent: number;
  readonly at: number;
  readonly arrived: number;
  readonly arrivedAt: number;
  /**
   * True if the sender always had more to send since `arrivedAt`. Otherwise a low rate is the sender's and not the
   * path's.
   */
  readonly limited: boolean;
}

export class CongestionWindow {
  /** Most bytes of the queue that may stand on the path. */
  maxQueue: number;
  readonly #options: CongestionWindowOptions;
  #sent = 0;
  #arrived = 0;
  #arrivedAt: number;
  /** The greatest rate, in bytes per ms, of this period and of the one before. */
  #rate = 0;
  #rateBefore = 0;
  #rateSince: number;
  #starting = true;
  #rtt = Number.POSITIVE_INFINITY;
  #rttAt: number;
  /** How long the measured round trip of the path is trusted, ms. */
  #trustMs: number;
  /** The largest congestion window since the round trip was last measured. */
  #widest = 0;
  /** When the sender last had less to send than the window allowed. */
  #idleAt: number;
  /**
   * While this offset is set, nothing is sent until all bytes below it have arrived. The next round trip is then
   * measured without a queue.
   */
  #drainTo: number | undefined;
  #dryAt: number | undefined;

  constructor(options: CongestionWindowOptions) {
    this.#options = options;
    this.maxQueue = options.maxQueue;
    this.#trustMs = options.remeasureMs * FIRST_TRUST;
    const now = options.clock.now();
    this.#arrivedAt = now;
    this.#rateSince = now;
    this.#rttAt = now;
    this.#idleAt = now;
  }

  /** The path's rate in bytes per ms; undefined until it was measured. */
  get rate(): number | undefined {
    const rate = Math.max(this.#rate, this.#rateBefore);
    return rate > 0 ? rate : undefined;
  }

  /** Bytes that may be on the way at once. */
  get window(): number {
    const { queueMs, minQueue, initial } = this.#options;
    const { rate, maxQueue } = this;
    if (rate === undefined) return initial;
    const filling = rate * this.#rtt;
    const queue = Math.min(maxQueue, Math.max(minQueue, rate * queueMs));
    return this.#starting ? Math.max(START_GAIN * filling, filling + queue) : filling + queue;
  }

  /** Bytes that may be sent now. */
  get room(): number {
    return this.#drainTo === undefined ? this.window - (this.#sent - this.#arrived) : 0;
  }

  sent(bytes: number): void {
    this.#sent += bytes;
  }

  /** Records that there is nothing more to send. From here on the arrival rate says nothing about the path. */
  idle(): void {
    this.#idleAt = this.#options.clock.now();
  }

  mark(): Mark {
    return {
      sent: this.#sent,
      at: this.#options.clock.now(),
      arrived: this.#arrived,
      arrivedAt: this.#arrivedAt,
      limited: this.#idleAt < this.#arrivedAt,
    };
  }

  /** Records that everything sent before the mark has arrived, except the last `missing` bytes. */
  arrived(mark: Mark, missing = 0): void {
    const upTo = mark.sent - missing;
    if (upTo < this.#arrived) return;
    const now = this.#options.clock.now();
    this.#arrived = upTo;
    this.#arrivedAt = now;
    if (this.#drainTo === undefined) this.#measureRtt(now - mark.at, now);
    else this.#drain(this.#drainTo, mark, upTo, now);
    this.#measureRate(mark, upTo, now);
    this.#doubt(now);
  }

  #measureRate(mark: Mark, upTo: number, now: number): void {
    const passed = now - mark.arrivedAt;
    if (passed <= 0) return;
    const rate = (upTo - mark.arrived) / passed;
    if (!mark.limited && rate < (this.rate ?? 0)) return;
    if (now - this.#rateSince > Math.max(RATE_MS, RATE_ROUND_TRIPS * this.#rtt)) {
      this.#rateBefore = this.#rate;
      this.#rate = 0;
      this.#rateSince = now;
    }
    this.#rate = Math.max(this.#rate, rate);
  }

  #measureRtt(rtt: number, now: number): void {
    if (rtt > (1 + START_SHARE) * this.#rtt + START_MS) this.#starting = false;
    if (rtt <= this.#rtt) {
      this.#rtt = rtt;
      this.#rttAt = now;
    } else if (now - this.#rttAt > this.#trustMs) this.#drainTo = this.#sent;
  }

  /**
   * Measures the round trip again if the window fell to a third. The path may have become slower or longer. Answers are
   * late then although the sender leaves no queue, and the window would shrink further and further.
   */
  #doubt(now: number): void {
    if (this.#drainTo !== undefined || this.#options.remeasureMs === Number.POSITIVE_INFINITY) return;
    const { window } = this;
    this.#widest = Math.max(this.#widest, window);
    if (now - this.#rttAt >= DOUBT_MS && window < this.#widest / 3) this.#drainTo = this.#sent;
  }

  #drain(to: number, mark: Mark, upTo: number, now: number): void {
    if (this.#dryAt !== undefined && mark.at >= this.#dryAt) {
      this.#rtt = now - mark.at;
      this.#rttAt = now;
      this.#trustMs = Math.min(this.#options.remeasureMs, 2 * this.#trustMs);
      this.#drainTo = undefined;
      this.#dryAt = undefined;
      this.#widest = 0;
      this.idle();
    } else if (upTo >= to) this.#dryAt ??= now;
  }
}
