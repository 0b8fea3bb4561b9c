/** When one end of a channel asks the other where it is: a lossy hop may have eaten the very frame that it waits for. */
import { Alarm, type Clock } from '../time/index.ts';

/** Whatever stays unanswered this long (or 4 round trips) is asked about, ever more seldom, and for ever. */
const MIN_MS = 250;
const MAX_MS = 15_000;
/** Doublings of the pause: more would not fit MAX_MS anyway. */
const MOST_SILENCE = 6;

export interface ProbeTimerOptions {
  clock: Clock;
  /** Attached, and something that was sent, or credit, is missing. */
  waiting: () => boolean;
  /** Sends a SYNC. */
  ask: () => void;
}

export class ProbeTimer {
  readonly #options: ProbeTimerOptions;
  #rtt: number | undefined;
  #askedAt: number | undefined;
  /** Times asked in vain. */
  #silence = 0;
  readonly #alarm: Alarm;

  constructor(options: ProbeTimerOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock, () => this.#ring());
  }

  /** Last measured round trip to the other end in this attachment, ms. */
  get rtt(): number | undefined {
    return this.#rtt;
  }

  probe(): void {
    this.#options.ask();
    this.#askedAt ??= this.#options.clock.now();
  }

  /** Asks unless it is known how long an answer takes, or soon will be. */
  measure(): void {
    if (this.#rtt === undefined && this.#askedAt === undefined) this.probe();
  }

  /** A SYNC was answered. The round trip, if it was ours to measure. */
  answered(): number | undefined {
    if (this.#askedAt === undefined) return undefined;
    this.#rtt = this.#options.clock.now() - this.#askedAt;
    this.#askedAt = undefined;
    return this.#rtt;
  }

  /** What was waited for came, or some of it. */
  progress(): void {
    this.#silence = 0;
    this.#alarm.clear();
    this.watch();
  }

  /** Asks when nothing comes for too long. */
  watch(): void {
    if (this.#alarm.isSet || !this.#options.waiting()) return;
    this.#alarm.set(Math.min(MAX_MS, Math.max(MIN_MS, 4 * (this.#rtt ?? 0)) * 2 ** this.#silence));
  }

  /** The attachment is over: answers to what was asked in it will not come. */
  stop(): void {
    this.#silence = 0;
    this.#askedAt = undefined;
    this.#rtt = undefined;
    this.#alarm.stop();
  }

  #ring(): void {
    if (!this.#options.waiting()) return;
    this.#silence = Math.min(this.#silence + 1, MOST_SILENCE);
    this.probe();
    this.watch();
  }
}
