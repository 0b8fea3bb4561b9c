/** When the other end hears what was consumed: at once where it may soon run out of credit, else with what follows shortly. */
import type { Clock } from './clock.ts';
import type { Incoming } from './incoming.ts';

/** Credit is reported at the latest this long after bytes were consumed. */
const ACK_MS = 25;

export interface ReportingOptions {
  clock: Clock;
  incoming: Incoming;
  /** Says it where the channel is attached. */
  say: (report: { consumed: number; limit: number }) => void;
}

export class Reporting {
  readonly #options: ReportingOptions;
  #cancelSoon: (() => void) | undefined;

  constructor(options: ReportingOptions) {
    this.#options = options;
  }

  /** Something was consumed, perhaps. */
  soon(): void {
    const { clock, incoming } = this.#options;
    if (!incoming.unreported) return;
    if (incoming.due) this.now();
    else this.#cancelSoon ??= clock.after(ACK_MS, () => this.now());
  }

  /** Says what was not said yet. */
  now(): void {
    if (this.#options.incoming.unreported) this.again();
    else this.stop();
  }

  /** Says it even if it was said before: to nobody who could hear it, perhaps. */
  again(): void {
    this.stop();
    this.#options.say(this.#options.incoming.report());
  }

  stop(): void {
    this.#cancelSoon?.();
    this.#cancelSoon = undefined;
  }
}
