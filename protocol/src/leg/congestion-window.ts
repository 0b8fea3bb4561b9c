/**
 * How much may be on the way. Measures a path by marks that are sent behind bytes and come back when these have arrived:
 * its rate, its least round trip, and so the bytes that fill it without standing in a queue before whatever comes next.
 */
import type { Clock } from '../time/index.ts';

/** A rate is the greatest that was seen within two of these, at least; also never fewer than 5 round trips each. */
const RATE_MS = 500;
const RATE_ROUND_TRIPS = 5;
/**
 * The first round trips are measured behind the first bytes, which nobody paced: they are believed for this share of the
 * time, and later ones for twice as long each.
 */
const FIRST_TRUST = 1 / 8;
/**
 * At first twice of what the measured rate fills may be on the way, so that a long path is full after few round trips: until
 * an answer comes later than the least by this share and so many ms, as there is a queue then.
 */
const START_GAIN = 2;
const START_SHARE = 0.25;
const START_MS = 5;
/** A round trip that was just measured is not doubted for so long. */
const DOUBT_MS = 2_000;

export interface CongestionWindowOptions {
  clock: Clock;
  /** The queue that is allowed on the way, ms at the measured rate. */
  queueMs: number;
  /** The same in bytes: at least, and at most at first. */
  minQueue: number;
  maxQueue: number;
  /** Bytes on the way before anything was measured. */
  initial: number;
  /**
   * A least round trip is believed so long, ms; then the path is let run dry once, or our own queue would become part
   * of the measure. Whoever uses this must send a mark when there is no room and none is on the way.
   */
  remeasureMs: number;
}

/** A place in the sent bytes, and what was known when it was passed. */
export interface Mark {
  readonly sent: number;
  readonly at: number;
  readonly arrived: number;
  readonly arrivedAt: number;
  /** The sender had more to send all the time since `arrivedAt`: only then a low rate is the path's and not the sender's. */
  readonly limited: boolean;
}

export class CongestionWindow {
  /** The queue that is allowed on the way, bytes at most. */
  maxQueue: number;
  readonly #options: CongestionWindowOptions;
  #sent = 0;
  #arrived = 0;
  #arrivedAt: number;
  /** Bytes per ms: the greatest of this period and of the one before. */
  #rate = 0;
  #rateBefore = 0;
  #rateSince: number;
  #starting = true;
  #rtt = Number.POSITIVE_INFINITY;
  #rttAt: number;
  /** So long it is believed, ms. */
  #trustMs: number;
  /** The window when the round trip was last measured, or the largest since. */
  #widest = 0;
  /** When there was last less to send than was allowed. */
  #idleAt: number;
  /** Bytes below this one must arrive before more is sent: the round trip after that is one without a queue. */
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

  /** Bytes per ms; undefined before it was measured. */
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

  /** There is nothing more to send: what arrives per ms is from here on less than the path could carry. */
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

  /** Everything that was sent before the mark is there, but for the last so many bytes. */
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
   * A rate that fell to a third may be that of a slower path, or of one that became longer: then answers come late without a
   * queue of ours, and what is on the way would become ever less. Looking at the path when it is dry tells.
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
