/**
 * The timer that probes the other end of a channel with SYNC when expected frames do not come, since a hop may have lost
 * them. It serves as a retransmission timer: the answer tells what must be sent again.
 */
import { Alarm, type Clock } from '../time/index.ts';

/**
 * A probe is sent after this much silence, or after 4 round trips if that is longer. Further probes follow in growing
 * pauses, without end.
 */
const MIN_MS = 250;
const MAX_MS = 15_000;
/** Most doublings of the pause between probes; more would exceed MAX_MS. */
const MOST_SILENCE = 6;

export interface ProbeTimerOptions {
  clock: Clock;
  /** Returns true if the channel is attached and waits for credit or for a confirmation. */
  waiting: () => boolean;
  /** Sends a SYNC. */
  ask: () => void;
}

export class ProbeTimer {
  readonly #options: ProbeTimerOptions;
  #rtt: number | undefined;
  #askedAt: number | undefined;
  /** Probes in a row without an answer. */
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

  /** Sends a probe, unless the round trip is known or is being measured. */
  measure(): void {
    if (this.#rtt === undefined && this.#askedAt === undefined) this.probe();
  }

  /** A SYNC was answered. Returns the round trip, or undefined if it answers no probe of ours. */
  answered(): number | undefined {
    if (this.#askedAt === undefined) return undefined;
    this.#rtt = this.#options.clock.now() - this.#askedAt;
    this.#askedAt = undefined;
    return this.#rtt;
  }

  /** Call when awaited frames have arrived: starts the timer again. */
  progress(): void {
    this.#silence = 0;
    this.#alarm.clear();
    this.watch();
  }

  /** Starts the timer if the channel waits for anything. */
  watch(): void {
    if (this.#alarm.isSet || !this.#options.waiting()) return;
    this.#alarm.set(Math.min(MAX_MS, Math.max(MIN_MS, 4 * (this.#rtt ?? 0)) * 2 ** this.#silence));
  }

  /** Stops the timer at the end of an attachment, where no more answers will come. */
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
