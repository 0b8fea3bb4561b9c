/**
 * A congestion window: how many bytes may be on a path at once. A mark (such as a PING) is sent behind bytes
 * and is answered when these bytes have arrived. Marks measure the rate and the minimum round-trip time of
 * the path. The product of both is the number of bytes that fill the path without a queue (as in BBR).
 */
import type { Clock } from '../time/index.ts';

/**
 * The rate of the path is the highest rate that was measured in the current or the previous period. A period
 * lasts RATE_MS, or RATE_ROUND_TRIPS round trips if that is longer.
 */
const RATE_MS = 500;
const RATE_ROUND_TRIPS = 5;
/**
 * The first measured minimum round-trip time is trusted only for this fraction of remeasureMs. It may be too
 * long, because the sender was not limited yet and could fill a queue on the path. Each later minimum is
 * trusted twice as long as the previous one, up to remeasureMs.
 */
const FIRST_TRUST = 1 / 8;
/**
 * Slow start: the window is START_GAIN times the bytes that fill the path. Slow start ends when a round trip
 * is longer than the minimum by the fraction START_SHARE plus START_MS, because a queue has grown then.
 */
const START_GAIN = 2;
const START_SHARE = 0.25;
const START_MS = 5;
/**
 * For this many ms after the minimum round-trip time was measured, it is not measured again, even if the
 * congestion window becomes much smaller.
 */
const DOUBT_MS = 2_000;

export interface CongestionWindowOptions {
  clock: Clock;
  /** Length of the queue that may stay on the path, in ms at the measured rate. */
  queueMs: number;
  /** The lower and the upper limit for the queue on the path, in bytes. maxQueue may be changed later. */
  minQueue: number;
  maxQueue: number;
  /** Bytes that may be in flight before the path has been measured. */
  initial: number;
  /**
   * How long a minimum round-trip time is trusted, in ms. After this time, it is measured again: nothing is
   * sent until all bytes in flight have arrived, because the sender's own queue would make the measured time
   * too long. If the window is full and no mark is in flight, the caller must send a mark. Otherwise nothing
   * would be measured, and the window would stay full.
   */
  remeasureMs: number;
}

/** A mark: a position in the sent bytes, and what was known about the path when the mark was sent. */
export interface Mark {
  readonly sent: number;
  readonly at: number;
  readonly arrived: number;
  readonly arrivedAt: number;
  /**
   * True if the sender always had more to send since `arrivedAt`, the time when earlier bytes last arrived.
   * If false, the sender and not the path may be the cause of a low rate.
   */
  readonly limited: boolean;
}

export class CongestionWindow {
  /** The upper limit for the queue on the path, in bytes. */
  maxQueue: number;
  readonly #options: CongestionWindowOptions;
  #sent = 0;
  #arrived = 0;
  #arrivedAt: number;
  /**
   * The highest rates of the path that were measured, in bytes per ms: the highest in the current period of
   * at least RATE_MS, and the highest in the previous period.
   */
  #rate = 0;
  #rateBefore = 0;
  #rateSince: number;
  #starting = true;
  #rtt = Number.POSITIVE_INFINITY;
  #rttAt: number;
  /** How long the measured round-trip time of the path is trusted, in ms. */
  #trustMs: number;
  /** The largest congestion window in bytes since the round-trip time was last measured. */
  #widest = 0;
  /** The last time when the sender had less to send than the window allowed. */
  #idleAt: number;
  /**
   * While this offset is set, nothing is sent until all bytes below this offset have arrived. The next
   * round-trip time is then measured without a queue.
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

  /** The number of bytes that may be in flight at once. */
  get window(): number {
    const { queueMs, minQueue, initial } = this.#options;
    const { rate, maxQueue } = this;
    if (rate === undefined) return initial;
    const filling = rate * this.#rtt;
    const queue = Math.min(maxQueue, Math.max(minQueue, rate * queueMs));
    return this.#starting ? Math.max(START_GAIN * filling, filling + queue) : filling + queue;
  }

  /** The number of bytes that may be sent now. */
  get room(): number {
    return this.#drainTo === undefined ? this.window - (this.#sent - this.#arrived) : 0;
  }

  sent(bytes: number): void {
    this.#sent += bytes;
  }

  /**
   * Records that the sender has nothing more to send. From now on, the arrival rate does not show how fast
   * the path is.
   */
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

  /** Records that all bytes that were sent before the mark have arrived, except the last `missing` bytes. */
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
   * Measures the round-trip time again if the congestion window has fallen below a third of its largest size.
   * If the path has become slower or longer, answers come late even without a queue. Without a new
   * measurement, the window would shrink further and further.
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
