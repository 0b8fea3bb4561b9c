/**
 * The retransmission timer of a channel. If expected frames do not come, a hop may have lost them. The timer
 * then sends a SYNC (a probe) to the other end, and the answer tells what must be sent again.
 */
import { Alarm, type Clock } from '../time/index.ts';

/**
 * A probe is sent after MIN_MS without the expected frames, or after 4 round trips if that is longer. Each
 * pause between further probes is twice as long, up to MAX_MS. The probes never stop.
 */
const MIN_MS = 250;
const MAX_MS = 15_000;
/** The pause between probes is doubled at most this many times. By then, the pause has reached MAX_MS. */
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
  /** Number of probes since expected frames last arrived. */
  #silence = 0;
  readonly #alarm: Alarm;

  constructor(options: ProbeTimerOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock, () => this.#ring());
  }

  /** Last measured round-trip time to the other end on this attachment, in ms. */
  get rtt(): number | undefined {
    return this.#rtt;
  }

  probe(): void {
    this.#options.ask();
    this.#askedAt ??= this.#options.clock.now();
  }

  /** Sends a probe, unless the round-trip time is known or is being measured. */
  measure(): void {
    if (this.#rtt === undefined && this.#askedAt === undefined) this.probe();
  }

  /**
   * Called when a SYNC was answered. Returns the round-trip time in ms, or undefined if no probe waits for an
   * answer.
   */
  answered(): number | undefined {
    if (this.#askedAt === undefined) return undefined;
    this.#rtt = this.#options.clock.now() - this.#askedAt;
    this.#askedAt = undefined;
    return this.#rtt;
  }

  /** Called when expected frames have arrived. Starts the timer again. */
  progress(): void {
    this.#silence = 0;
    this.#alarm.clear();
    this.watch();
  }

  /** Starts the timer if the channel waits for credit or for a confirmation. */
  watch(): void {
    if (this.#alarm.isSet || !this.#options.waiting()) return;
    this.#alarm.set(Math.min(MAX_MS, Math.max(MIN_MS, 4 * (this.#rtt ?? 0)) * 2 ** this.#silence));
  }

  /** Stops the timer when an attachment ends, because no more answers will come on that attachment. */
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
