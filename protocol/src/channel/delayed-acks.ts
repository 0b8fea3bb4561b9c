/**
 * Delayed ACKs: tells the other end how much was consumed. If that end may soon run out of credit, this happens at
 * once; otherwise together with other data, or after a short delay.
 */
import { Alarm, type Clock } from '../time/index.ts';
import type { Incoming } from './incoming.ts';

/** The longest delay between consuming bytes and reporting it, ms. */
const ACK_MS = 25;

export interface DelayedAcksOptions {
  clock: Clock;
  incoming: Incoming;
  /** Sends the ACK on the current attachment. */
  say: (report: { consumed: number; limit: number }) => void;
}

export class DelayedAcks {
  readonly #options: DelayedAcksOptions;
  readonly #alarm: Alarm;
  #saidAt = -Infinity;

  constructor(options: DelayedAcksOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock, () => this.flush());
  }

  /** Sends the ACK now or after a delay. Called after bytes were consumed. */
  schedule(): void {
    const { incoming } = this.#options;
    if (!incoming.unreported) return;
    if (incoming.due) this.flush();
    else if (!this.#alarm.isSet) this.#alarm.set(ACK_MS);
  }

  /** Piggybacks the ACK on data that leaves now, but at most once per ACK_MS. */
  piggyback(): void {
    const { clock } = this.#options;
    if (clock.now() - this.#saidAt >= ACK_MS) this.flush();
  }

  /** Sends the ACK now if there is anything to report. */
  flush(): void {
    if (this.#options.incoming.unreported) this.resend();
    else this.#alarm.clear();
  }

  /** Resends the ACK; the previous one may have been lost. */
  resend(): void {
    this.#alarm.clear();
    this.#saidAt = this.#options.clock.now();
    this.#options.say(this.#options.incoming.report());
  }

  stop(): void {
    this.#alarm.stop();
  }
}
