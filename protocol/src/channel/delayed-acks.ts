/** When the other end hears what was consumed: at once where it may soon run out of credit, else with what follows shortly. */
import { Alarm, type Clock } from '../time/index.ts';
import type { Incoming } from './incoming.ts';

/** Credit is reported at the latest this long after bytes were consumed. */
const ACK_MS = 25;

export interface DelayedAcksOptions {
  clock: Clock;
  incoming: Incoming;
  /** Says it where the channel is attached. */
  say: (report: { consumed: number; limit: number }) => void;
}

export class DelayedAcks {
  readonly #options: DelayedAcksOptions;
  readonly #alarm: Alarm;
  #saidAt = -Infinity;

  constructor(options: DelayedAcksOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock, () => this.now());
  }

  /** Something was consumed, perhaps. */
  soon(): void {
    const { incoming } = this.#options;
    if (!incoming.unreported) return;
    if (incoming.due) this.now();
    else if (!this.#alarm.isSet) this.#alarm.set(ACK_MS);
  }

  /** Something goes to the other end anyway: what was not said yet goes along, though no more often than by itself. */
  along(): void {
    const { clock } = this.#options;
    if (clock.now() - this.#saidAt >= ACK_MS) this.now();
  }

  /** Says what was not said yet. */
  now(): void {
    if (this.#options.incoming.unreported) this.again();
    else this.#alarm.clear();
  }

  /** Says it even if it was said before: to nobody who could hear it, perhaps. */
  again(): void {
    this.#alarm.clear();
    this.#saidAt = this.#options.clock.now();
    this.#options.say(this.#options.incoming.report());
  }

  stop(): void {
    this.#alarm.stop();
  }
}
