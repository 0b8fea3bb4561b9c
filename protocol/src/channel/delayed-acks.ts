/**
 * Delayed ACKs. They tell the other end how much was consumed. An ACK is sent at once if the other end may
 * soon have no credit. Otherwise the ACK is sent together with data, or after a short delay.
 */
import { Alarm, type Clock } from '../time/index.ts';
import type { Incoming } from './incoming.ts';

/** The longest delay in ms between consuming bytes and acknowledging them. */
const ACK_MS = 25;

export interface DelayedAcksOptions {
  clock: Clock;
  incoming: Incoming;
  /**
   * Sends an ACK on the current attachment. All bytes below offset `consumed` were consumed, and `limit` is
   * the new credit limit.
   */
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

  /** Called after bytes were consumed. Sends the ACK now, or starts the timer that sends it. */
  schedule(): void {
    const { incoming } = this.#options;
    if (!incoming.unreported) return;
    if (incoming.due) this.flush();
    else if (!this.#alarm.isSet) this.#alarm.set(ACK_MS);
  }

  /** Sends the ACK together with data that is sent now, but at most one ACK per ACK_MS. */
  piggyback(): void {
    const { clock } = this.#options;
    if (clock.now() - this.#saidAt >= ACK_MS) this.flush();
  }

  /** Sends an ACK now if consumed bytes, or the end of the stream, are not acknowledged yet. */
  flush(): void {
    if (this.#options.incoming.unreported) this.resend();
    else this.#alarm.clear();
  }

  /** Sends the ACK again, because the previous ACK may have been lost. */
  resend(): void {
    this.#alarm.clear();
    this.#saidAt = this.#options.clock.now();
    this.#options.say(this.#options.incoming.report());
  }

  stop(): void {
    this.#alarm.stop();
  }
}
