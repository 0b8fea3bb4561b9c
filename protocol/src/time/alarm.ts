/**
 * A timer that is usually postponed or cancelled before it fires. It reuses one timer of the clock; a new one for each
 * change would cost too much.
 */
import type { Clock } from './clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  /** When the callback is due, in clock time; undefined while the alarm is not set. */
  #at: number | undefined;
  /** The clock's timer. It may fire before the alarm is due; then it is started again for the rest. */
  #timer: { readonly at: number; cancel: () => void } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  get isSet(): boolean {
    return this.#at !== undefined;
  }

  /** Sets the alarm: it calls back after at least `ms`. Replaces an earlier time. */
  set(ms: number): void {
    const at = this.#clock.now() + ms;
    this.#at = at;
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#start(at, ms);
  }

  /** Cancels the alarm but keeps its timer running, for alarms that are soon set again. */
  clear(): void {
    this.#at = undefined;
  }

  /** Cancels the alarm and its timer. */
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
    // The pause is at least 1 ms: a rest left by rounding would otherwise start the timer again and again.
    if (left > 0) return this.#start(this.#at, Math.max(1, left));
    this.#at = undefined;
    this.#ring();
  }
}
