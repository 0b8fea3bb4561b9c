/**
 * A timer that is usually postponed or cancelled before it fires. It reuses one timer of the clock, because a
 * new timer for each change would cost too much CPU time.
 */
import type { Clock } from './clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  /** Time at which the callback is due, in ms of the clock; undefined while the alarm is not set. */
  #at: number | undefined;
  /** The clock's timer. If it fires before the alarm is due, it is started again for the remaining time. */
  #timer: { readonly at: number; cancel: () => void } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  get isSet(): boolean {
    return this.#at !== undefined;
  }

  /** Sets the alarm. The callback runs after at least `ms`. An earlier setting is replaced. */
  set(ms: number): void {
    const at = this.#clock.now() + ms;
    this.#at = at;
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#start(at, ms);
  }

  /**
   * Cancels the alarm but keeps the clock's timer running. This is cheaper for alarms that are soon set
   * again.
   */
  clear(): void {
    this.#at = undefined;
  }

  /** Cancels the alarm and the clock's timer. */
  stop(): void {
    this.#at = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #start(at: number, ms: number): void {
    this.#timer = { at, cancel: this.#clock.after(ms, () => this.#went()) };
  }

  #went(): void {
    this.#timer = undefined;
    if (this.#at === undefined) return;
    const left = this.#at - this.#clock.now();
    // The pause is at least 1 ms. Otherwise a small rest from rounding would start the timer again and again.
    if (left > 0) return this.#start(this.#at, Math.max(1, left));
    this.#at = undefined;
    this.#ring();
  }
}
